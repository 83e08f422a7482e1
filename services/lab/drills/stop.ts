/** SIGTERM to a worker: it drains, gives the lock back and ends with code 0. */
import { text } from '../text.ts';
import { demandNeverTwo, settle, taskNamed, untilTakenOver, untilWhole } from './common.ts';
import type { Drill } from './drill-run.ts';
import { leaderTask } from './targets.ts';

export const stop: Drill = async (scene, worker) => {
  const task = taskNamed(scene, worker);
  const led = task !== undefined && (await leaderTask(scene.lab)) === task;
  scene.demand(
    task?.signal('SIGTERM') === true,
    text('The worker had ended before.', 'Воркер уже завершился.'),
  );
  const stoppedMs = scene.nowMs;
  if (led) await untilTakenOver(scene, task);
  await scene.until(text('the worker has ended', 'воркер завершился'), () => task?.exit !== undefined);
  const code = task?.exit?.code ?? -1;
  scene.measure('exitCode', code);
  await untilWhole(scene, [task]);
  scene.measure('wholeAgainMs', scene.nowMs - stoppedMs);
  await settle(scene);
  scene.demand(code === 0, text(`It ended with code ${code}.`, `Код завершения: ${code}.`));
  demandNeverTwo(scene);
};

/** SIGTERM to a worker: it drains, gives the lock back and ends with code 0. */
import { text } from '../shared/text.ts';
import {
  demandLockWent,
  demandNeverTwo,
  hadEnded,
  settle,
  untilTakenOver,
  untilWhole,
  workerOf,
} from './drill-checks.ts';
import type { Drill } from './drill-run.ts';
import { lockOf } from './targets.ts';

const notGivenBack = text('It did not give the lock back itself.', 'Он не отдал блокировку сам.');

export const stop: Drill = async (scene, worker) => {
  const task = workerOf(scene, worker);
  const lock = await lockOf(scene.lab, task);
  scene.demand(task.signal('SIGTERM'), hadEnded);
  const stoppedMs = scene.nowMs;
  if (lock !== undefined) await untilTakenOver(scene, task);
  await scene.until(text('the worker has ended', 'воркер завершился'), () => task.exit !== undefined);
  const code = task.exit?.code ?? -1;
  scene.measure('exitCode', code);
  // Before more happens than the look at the audit trail reaches back.
  if (lock !== undefined) await demandLockWent(scene, lock, ['released', 'lost'], notGivenBack);
  await untilWhole(scene, [task]);
  scene.measure('wholeAgainMs', scene.nowMs - stoppedMs);
  await settle(scene);
  scene.demand(code === 0, text(`It ended with code ${code}.`, `Код завершения: ${code}.`));
  demandNeverTwo(scene);
};

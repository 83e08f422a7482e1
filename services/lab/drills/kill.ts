/** SIGKILL to a worker: the stopped task is reported, its lock is broken, the standby takes over. */
import type { Task } from '../ecs/task.ts';
import { text } from '../text.ts';
import { demandNeverTwo, settle, taskNamed, untilTakenOver, untilWhole } from './common.ts';
import type { Drill } from './drill-run.ts';
import type { Scene } from './scene.ts';
import { leaderTask } from './targets.ts';

/** Far more than happens between a crash and this look. */
const auditEntries = 20;

export const kill: Drill = async (scene, worker) => {
  const task = taskNamed(scene, worker);
  const led = task !== undefined && (await leaderTask(scene.lab)) === task;
  await scene.until(
    text('some messages are being handled', 'какие-то сообщения обрабатываются'),
    async () => (await scene.lab.journalSize()) > 0,
  );
  const killedMs = scene.nowMs;
  scene.demand(
    task?.signal('SIGKILL') === true,
    text('The worker had ended before.', 'Воркер уже завершился.'),
  );
  if (led) {
    await untilTakenOver(scene, task);
    await demandBroken(scene, task);
  }
  await untilWhole(scene, [task]);
  scene.measure('wholeAgainMs', scene.nowMs - killedMs);
  await settle(scene);
  demandNeverTwo(scene);
};

/** The take-over did not have to wait for the dead one's lease: the event of the stopped task freed the lock. */
async function demandBroken({ lab, demand }: Scene, { identity }: Task): Promise<void> {
  const entries = await lab.audit.latest(auditEntries);
  demand(
    entries.some(({ event, before }) => event === 'broken' && before.includes(identity.arn)),
    text('The lock of the stopped task was not broken.', 'Блокировка остановленной задачи не снята.'),
  );
}

/** SIGKILL to a worker: the stopped task is reported, its lock is broken, the standby takes over. */
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

const notBroken = text(
  'The lock of the stopped task was not broken.',
  'Блокировка остановленной задачи не снята.',
);

export const kill: Drill = async (scene, worker) => {
  const task = workerOf(scene, worker);
  await scene.until(
    text('some messages are being handled', 'какие-то сообщения обрабатываются'),
    async () => (await scene.lab.journalSize()) > 0,
  );
  const lock = await lockOf(scene.lab, task);
  const killedMs = scene.nowMs;
  scene.demand(task.signal('SIGKILL'), hadEnded);
  if (lock !== undefined) {
    await untilTakenOver(scene, task);
    // The take-over did not have to wait for the dead one's lease: the event of the stopped task freed the lock.
    await demandLockWent(scene, lock, ['broken'], notBroken);
  }
  await untilWhole(scene, [task]);
  scene.measure('wholeAgainMs', scene.nowMs - killedMs);
  await settle(scene);
  demandNeverTwo(scene);
};

/**
 * SIGKILL to a worker: the stopped task is reported, its lock is broken, and the standby takes over.
 *
 * Tested by: test/lab/drills/drills.test.ts
 */
import { text } from '../shared/text.ts';
import {
  alreadyEnded,
  demandAudited,
  finish,
  untilHealthy,
  untilTakenOver,
  workerOf,
} from './drill-checks.ts';
import type { Drill } from './drill-context.ts';
import { lockOf } from './targets.ts';

const notBroken = text(
  'The lock of the stopped task was not broken.',
  'Блокировка остановленной задачи не снята.',
);

export const kill: Drill = async (context, worker) => {
  const task = workerOf(context, worker);
  await context.until(
    text('some messages are being handled', 'какие-то сообщения обрабатываются'),
    async () => (await context.lab.journalSize()) > 0,
  );
  const lock = await lockOf(context.lab, task);
  const killedMs = context.nowMs;
  context.demand(task.signal('SIGKILL'), alreadyEnded);
  if (lock !== undefined) {
    await untilTakenOver(context, task);
    // The stopped-task event must have freed the lock, without waiting for the lease to expire.
    await demandAudited(context, lock, ['broken'], notBroken);
  }
  await untilHealthy(context, [task]);
  context.measure('wholeAgainMs', context.nowMs - killedMs);
  await finish(context);
};

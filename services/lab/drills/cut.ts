/**
 * The store refuses one worker, which must stop by its own clock before another may lead.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { text } from '../shared/text.ts';
import { finish, untilTakenOver, workerOf } from './drill-checks.ts';
import type { Drill } from './drill-context.ts';
import { lockOf } from './targets.ts';

const holdMs = 5000;

export const cut: Drill = async (context, worker) => {
  const { workerTokens, redis, faults } = context.lab;
  const task = workerOf(context, worker);
  const { id, name } = task.identity;
  const led = (await lockOf(context.lab, task)) !== undefined;
  try {
    workerTokens.block(id, redis.rest.faults);
    faults.cutWorkers.add(name);
    if (led) await untilTakenOver(context, task);
    await context.hold(
      holdMs,
      text('It is still cut off; not for long.', 'Он ещё отрезан от хранилища; скоро связь вернётся.'),
    );
  } finally {
    workerTokens.unblock(id, redis.rest.faults);
    faults.cutWorkers.delete(name);
  }
  await finish(context);
};

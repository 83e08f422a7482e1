/**
 * SIGTERM to a worker: it drains, releases the lock and exits with code 0.
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

const notReleased = text('It did not release the lock itself.', 'Он не отдал блокировку сам.');

export const stop: Drill = async (context, worker) => {
  const task = workerOf(context, worker);
  const lock = await lockOf(context.lab, task);
  context.demand(task.signal('SIGTERM'), alreadyEnded);
  const stoppedMs = context.nowMs;
  if (lock !== undefined) await untilTakenOver(context, task);
  await context.until(text('the worker has ended', 'воркер завершился'), () => task.exit !== undefined);
  const code = task.exit?.code ?? -1;
  context.measure('exitCode', code);
  // Checked now, while the entry is still among the latest. `lost`: released with updates unconfirmed.
  if (lock !== undefined) await demandAudited(context, lock, ['released', 'lost'], notReleased);
  await untilHealthy(context, [task]);
  context.measure('wholeAgainMs', context.nowMs - stoppedMs);
  await finish(context);
  context.demand(code === 0, text(`It ended with code ${code}.`, `Код завершения: ${code}.`));
};

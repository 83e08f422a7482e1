/** SIGTERM to a worker: it drains, gives the lock back and ends with code 0. */
import { text } from '../shared/text.ts';
import {
  alreadyEnded,
  demandAudited,
  demandNoOverlap,
  settle,
  untilHealthy,
  untilTakenOver,
  workerOf,
} from './drill-checks.ts';
import type { Drill } from './drill-run.ts';
import { lockOf } from './targets.ts';

const notGivenBack = text('It did not give the lock back itself.', 'Он не отдал блокировку сам.');

export const stop: Drill = async (context, worker) => {
  const task = workerOf(context, worker);
  const lock = await lockOf(context.lab, task);
  context.demand(task.signal('SIGTERM'), alreadyEnded);
  const stoppedMs = context.nowMs;
  if (lock !== undefined) await untilTakenOver(context, task);
  await context.until(text('the worker has ended', 'воркер завершился'), () => task.exit !== undefined);
  const code = task.exit?.code ?? -1;
  context.measure('exitCode', code);
  // Before more happens than the look at the audit trail reaches back.
  if (lock !== undefined) await demandAudited(context, lock, ['released', 'lost'], notGivenBack);
  await untilHealthy(context, [task]);
  context.measure('wholeAgainMs', context.nowMs - stoppedMs);
  await settle(context);
  context.demand(code === 0, text(`It ended with code ${code}.`, `Код завершения: ${code}.`));
  demandNoOverlap(context);
};

/**
 * The verdict on the lab's bot: the same function as that of `status`, the doctor and the pages.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { healthOf, nothingAsked } from '../core/monitor/health-of.ts';
import type { BotObservation } from '../core/monitor/outage-store.ts';
import type { Health } from '../core/outage/health.ts';
import { lateMsOf } from '../core/outage/outage.ts';
import { probeQueue, type QueueFacts } from '../core/outage/queue-trouble.ts';
import type { LabContext } from './lab-context.ts';
import type { LabTimes } from './settings/lab-times.ts';

/** @param queue undefined if handlers run in the worker, and if nothing is known of it */
export function labHealth(
  observation: BotObservation,
  queue: QueueFacts | undefined,
  times: LabTimes,
): Health {
  const staleMs = times.heartbeatStaleSeconds * 1000;
  const lateMs = lateMsOf(staleMs, times.heartbeatIntervalSeconds * 1000);
  const settings = { staleMs, lateMs, reminderMs: times.reminderMinutes * 60_000, autoRestartMs: 0 };
  return healthOf(observation, settings, { ...nothingAsked, queue });
}

export async function observeHealth({
  outages,
  queue,
  times,
}: Pick<LabContext, 'outages' | 'queue' | 'times'>): Promise<Health> {
  const [observation, facts] = await Promise.all([
    outages.observe({ noteRun: false }),
    probeQueue(queue?.watch),
  ]);
  return labHealth(observation, facts, times.current);
}

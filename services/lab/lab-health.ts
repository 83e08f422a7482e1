/**
 * The verdict on the lab's bot: the same function as that of `status`, the doctor and the pages.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { healthOf } from '../core/monitor/health-of.ts';
import type { BotObservation } from '../core/monitor/outage-store.ts';
import type { Health } from '../core/outage/health.ts';
import { lateMsOf } from '../core/outage/outage.ts';
import type { LabContext } from './lab-context.ts';
import type { LabTimes } from './settings/lab-times.ts';

export function labHealth(observation: BotObservation, times: LabTimes): Health {
  const staleMs = times.heartbeatStaleSeconds * 1000;
  const lateMs = lateMsOf(staleMs, times.heartbeatIntervalSeconds * 1000);
  return healthOf(observation, {
    staleMs,
    lateMs,
    reminderMs: times.reminderMinutes * 60_000,
    autoRestartMs: 0,
  });
}

export async function observeHealth({
  outages,
  times,
}: Pick<LabContext, 'outages' | 'times'>): Promise<Health> {
  return labHealth(await outages.observe({ noteRun: false }), times.current);
}

/**
 * Snoozes the alerts while people work on the bot, or ends the snooze. The monitor goes on recording outages; one that is
 * still open at the end is told then.
 *
 * Tested by: test/core/ops/actions.test.ts
 */
import type { OpsCall } from './ops-ports.ts';
import type { OpsRequest } from './payload.ts';
import type { SnoozeResult } from './results.ts';

export async function snooze(
  { ports: { outages, random }, reason }: OpsCall,
  { minutes = 0 }: Pick<OpsRequest, 'minutes'>,
): Promise<SnoozeResult> {
  const untilMs = await outages.snooze(random.token(), minutes * 60_000, reason);
  return { snoozedUntil: untilMs === null ? null : new Date(untilMs).toISOString() };
}

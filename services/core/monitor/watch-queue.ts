/**
 * Looks at the updates queue and its consumers, remembers since when they have been in trouble, and says so once it lasts
 * from one run to the next. Inline it does nothing.
 *
 * A queue that does not answer changes nothing: the next run looks again.
 *
 * Tested by: test/core/monitor/queue-mode.test.ts
 */
import { lagMsOf, probeQueue, type QueueSeen, queueTrouble, waitingIn } from '../outage/queue-trouble.ts';
import type { MonitorPorts, MonitorSettings } from './monitor-ports.ts';
import type { BotObservation } from './outage-store.ts';

export async function watchQueue(
  { updatesQueue, outages, logger }: MonitorPorts,
  { lateMs }: MonitorSettings,
  { queueTrouble: mark }: BotObservation,
): Promise<QueueSeen | undefined> {
  const facts = await probeQueue(updatesQueue);
  const trouble = queueTrouble(facts, lateMs);
  if (trouble === 'unknown') {
    logger.warn('the updates queue cannot be looked at', { error: facts?.problem });
    return undefined;
  }
  if (trouble !== mark?.trouble) await outages.markQueue(trouble);
  if (trouble !== mark?.trouble || mark === undefined || facts?.view === undefined) return undefined;
  const lagSeconds = Math.round(lagMsOf(facts) / 1000);
  return { ...mark, waiting: waitingIn(facts.view), lagSeconds };
}

/**
 * Raises the warnings that are due, and finds out who still cannot be reached.
 *
 * Tested by: test/core/monitor/warnings.test.ts
 */
import { canBeReached } from '../alerts/channels.ts';
import type { Recipient } from '../alerts/recipients.ts';
import { warningsDue } from '../alerts/warning-detector.ts';
import type { Warning } from '../alerts/warnings.ts';
import type { QueueSeen } from '../outage/queue-trouble.ts';
import { recipientOfLink } from '../platform/actors.ts';
import { type MonitorPorts, type MonitorSettings, recipientsOf } from './monitor-ports.ts';
import type { BotObservation } from './outage-store.ts';

/** True if a warning was raised. */
export async function raiseWarnings(
  ports: MonitorPorts,
  settings: MonitorSettings,
  observation: BotObservation & { readonly queueSeen: QueueSeen | undefined },
): Promise<boolean> {
  const { outages, logger } = ports;
  let raised = false;
  for (const change of warningsDue(observation)) {
    if (change.kind === 'note') await outages.markReported(change);
    else if (
      await outages.raise(
        change.warning,
        recipientsOf(ports, settings).filter((one) => mayGet(change.warning, one, observation)),
      )
    ) {
      raised = true;
      logger.warn('a warning is raised', { notice: change.warning.kind, ...change.warning.params });
    }
  }
  return raised;
}

function mayGet(
  { kind, params }: Warning,
  { channel, address }: Recipient,
  { unreachable }: BotObservation,
): boolean {
  switch (kind) {
    case 'unreachable-recipients':
      return channel !== 'TELEGRAM' || !unreachable.includes(address);
    // News for the other superadmins, not for whoever used the link, nor for the world outside.
    case 'manual-action':
      return channel !== 'SNS' && address !== recipientOfLink(String(params['who']));
    default:
      return true;
  }
}

/** Whoever starts or unblocks the bot need not wait for the next alert to count as reachable. */
export async function stillUnreachable(
  { telegram, outages }: MonitorPorts,
  unreachable: readonly string[],
): Promise<readonly string[]> {
  const checks = await Promise.all(
    unreachable.map(async (id) => {
      if (!(await canBeReached(telegram, id))) return [id];
      await outages.markReachable(id);
      return [];
    }),
  );
  return checks.flat();
}

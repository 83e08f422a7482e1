/**
 * Reads what the claim script answers.
 *
 * Tested by: test/adapters/redis/outage/outage-store.test.ts
 */
import type { Claim } from '../../../core/alerts/delivery-store.ts';
import { channels, type DeliveryEvent } from '../../../core/alerts/recipients.ts';
import { readWarning } from '../../../core/alerts/warnings.ts';
import type { ScriptReply } from '../lua-scripts.ts';
import { numberOrNull, pastOrNull } from './stored-values.ts';

/** Undefined for a delivery that another program wrote. */
export function readClaim(reply: readonly ScriptReply[], token: string): Claim | undefined {
  const texts = reply.map(String);
  const [field = '', attempt, madeMs, repeat, sinceMs, , recoveredMs, time, told = ''] = texts;
  const [acknowledgedBy = '', unstableState, unstableSinceMs, outages] = texts.slice(9);
  const [outageId, eventName, channelName, address] = field.split('|');
  const channel = channels.find((known) => known === channelName);
  const event = readEvent(eventName ?? '');
  const warning = event?.event === 'notice' ? readWarning(told) : undefined;
  if (outageId === undefined || address === undefined) return undefined;
  if (channel === undefined || event === undefined) return undefined;
  if (event.event === 'notice' && warning === undefined) return undefined;
  const nowMs = Number(time);
  return {
    field,
    token,
    outageId,
    ...event,
    warning,
    recipient: { channel, address },
    attempt: Number(attempt),
    madeMs: pastOrNull(madeMs, nowMs) ?? nowMs,
    possibleRepeat: repeat === '1',
    sinceMs: pastOrNull(sinceMs, nowMs) ?? nowMs,
    recoveredMs: pastOrNull(recoveredMs, nowMs),
    nowMs,
    acknowledgedBy: acknowledgedBy === '' ? null : acknowledgedBy,
    unstable:
      unstableState === 'unstable' || event.event === 'stable'
        ? { sinceMs: pastOrNull(unstableSinceMs, nowMs) ?? nowMs, outages: numberOrNull(outages) ?? 1 }
        : null,
  };
}

const plainEvents = [
  'down',
  'acknowledged',
  'recovered',
  'unstable',
  'stable',
  'restart',
  'notice',
] as const satisfies readonly DeliveryEvent[];

function readEvent(name: string): { event: DeliveryEvent; number: number } | undefined {
  const [, number] = /^reminder-(\d+)$/.exec(name) ?? [];
  if (number !== undefined) return { event: 'reminder', number: Number(number) };
  const plainEvent = plainEvents.find((known) => known === name);
  return plainEvent === undefined ? undefined : { event: plainEvent, number: 0 };
}

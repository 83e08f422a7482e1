/**
 * Who is alerted, through which channel, and about what.
 *
 * Tested by: test/core/monitor/monitor.test.ts
 */

/** `RESTART` carries no message: the automatic restart is claimed and settled like one, so that it happens once. */
export const channels = ['IN_APP', 'TELEGRAM', 'SNS', 'RESTART'] as const;
type Channel = (typeof channels)[number];

export interface Recipient {
  readonly channel: Channel;
  /** A Telegram id; for a channel with a single address, that one. */
  readonly address: string;
}

/** The stored names. Each `reminder` has a number; a `notice` is a warning, which belongs to no outage. */
export type DeliveryEvent =
  | 'down'
  | 'reminder'
  | 'acknowledged'
  | 'recovered'
  | 'unstable'
  | 'stable'
  | 'restart'
  | 'notice';

/** For a process that does not know whether a topic is set up: without one the monitor gives that delivery up. */
export function allRecipients(superadminIds: readonly string[]): readonly Recipient[] {
  return [...personalRecipients(superadminIds), { channel: 'SNS', address: 'topic' }];
}

export function personalRecipients(superadminIds: readonly string[]): readonly Recipient[] {
  return superadminIds.flatMap((address): Recipient[] => [
    { channel: 'IN_APP', address },
    { channel: 'TELEGRAM', address },
  ]);
}

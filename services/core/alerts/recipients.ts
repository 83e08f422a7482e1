/** Who is told, through which channel, and what about. */

/** `RESTART` is no person: the automatic restart is claimed and settled like a message, so it happens once. */
export const channels = ['IN_APP', 'TELEGRAM', 'SNS', 'RESTART'] as const;
type Channel = (typeof channels)[number];

export interface Recipient {
  readonly channel: Channel;
  /** A Telegram id, or what the channel has only one of. */
  readonly address: string;
}

/** `reminder` is told once for each number; `notice` belongs to no outage and says itself what it is about. */
export type OutageEvent = 'down' | 'reminder' | 'recovered' | 'restart' | 'notice';

/**
 * Whom a process tells that does not know which channels are set up: a topic that is not there is given up by the
 * monitor, which delivers.
 */
export function everybody(superadminIds: readonly string[]): readonly Recipient[] {
  return [...peopleAmong(superadminIds), { channel: 'SNS', address: 'topic' }];
}

export function peopleAmong(superadminIds: readonly string[]): readonly Recipient[] {
  return superadminIds.flatMap((address): Recipient[] => [
    { channel: 'IN_APP', address },
    { channel: 'TELEGRAM', address },
  ]);
}

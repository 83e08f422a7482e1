/** What an outage is made of: what the store remembers of it, and whom it is told. */

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

export interface Outage {
  readonly id: string;
  readonly state: 'open' | 'recovered';
  /** The last sign of life before it. */
  readonly sinceMs: number;
  readonly openedMs: number;
  readonly recoveredMs: number | null;
  /** How many reminders there were. */
  readonly reminders: number;
  readonly restarted: boolean;
}

export interface OutageMemory {
  /** When the monitor first ran, by the store's clock; null when it never has. */
  readonly firstRunMs: number | null;
  /** Since when the heartbeat is malformed, as far as an earlier run noted it. */
  readonly malformedSinceMs: number | null;
  /** `bot_polling_alert_sent` as it is. */
  readonly alertFlag: string | null;
  /** The newest outage, open or over. */
  readonly outage: Outage | null;
}

/** Open is what both the record and the flag say: whoever deletes the flag by hand asks for a new alert. */
export function isOpen({ outage, alertFlag }: OutageMemory): boolean {
  return outage?.state === 'open' && outage.id === alertFlag;
}

export interface OutageSettings {
  readonly staleMs: number;
  /** 0: never. */
  readonly reminderMs: number;
  /** 0: never. */
  readonly autoRestartMs: number;
}

/** What the store remembers about an outage, and the settings that decide about one. */

export interface Outage {
  readonly id: string;
  readonly state: 'open' | 'recovered';
  /** The last sign of life before the outage. */
  readonly sinceMs: number;
  readonly openedMs: number;
  readonly recoveredMs: number | null;
  /** The number of the last reminder; 0: none yet. */
  readonly reminders: number;
  readonly restarted: boolean;
  /** Everyone was told that the bot is down. False for an outage of an unstable time that is not yet long enough. */
  readonly told: boolean;
  readonly acknowledged: Acknowledgement | null;
}

/** Someone is on it. */
export interface Acknowledgement {
  readonly by: string;
  /** The others were told. */
  readonly told: boolean;
}

/** A time of outages that follow each other closely: told once, and once more when it is over. */
export interface UnstableTime {
  readonly id: string;
  readonly state: 'unstable' | 'stable';
  /** The last sign of life before its first outage. */
  readonly sinceMs: number;
  readonly outages: number;
}

export interface OutageMemory {
  /** When the monitor first ran, by the store's clock; null if it never has. */
  readonly firstRunMs: number | null;
  /** When an earlier run first found the heartbeat malformed; null if it was not. */
  readonly malformedSinceMs: number | null;
  /** The value of `bot_polling_alert_sent`. */
  readonly alertFlag: string | null;
  /** The latest outage, open or over. */
  readonly outage: Outage | null;
  /** The latest one, going on or over. */
  readonly unstable: UnstableTime | null;
  /** When the latest messages were made, about outages and to everyone. */
  readonly messagesMs: readonly number[];
}

/** The record and the flag must both say so: deleting the flag by hand requests a new alert. */
export function isOpen({ outage, alertFlag }: OutageMemory): boolean {
  return outage?.state === 'open' && outage.id === alertFlag;
}

/** A heartbeat is late when so many should have followed it: one may wait for a slow renewal, another for a slow poll. */
const beatsMissedMin = 3;

/** The age from which a heartbeat is late. */
export function lateMsOf(staleMs: number, intervalMs: number): number {
  return Math.min(staleMs, Math.max(beatsMissedMin * intervalMs, staleMs / 5));
}

export interface OutageSettings {
  readonly staleMs: number;
  /** Several heartbeats are missing, but it is too early for an outage. */
  readonly lateMs: number;
  /** 0: never. */
  readonly reminderMs: number;
  /** 0: never. */
  readonly autoRestartMs: number;
}

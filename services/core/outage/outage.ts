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

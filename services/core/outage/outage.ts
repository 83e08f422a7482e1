/** What the store remembers of an outage, and the times that decide about one. */

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

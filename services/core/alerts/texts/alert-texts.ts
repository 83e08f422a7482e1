/**
 * The words of the alerts: what each language provides. `alert-text.ts` puts them together.
 *
 * Tested by: test/core/alerts/alert-text.test.ts
 */
import type { WarningKind } from '../warnings.ts';

export interface WarningText {
  readonly title: string;
  /** An undefined line is left out. */
  readonly lines: readonly (string | undefined)[];
  readonly next: string;
}

/** A warning's parameter as one short line; undefined if it was not stored or is empty. */
export type WarningParam = (name: string) => string | undefined;

export interface AlertTexts {
  readonly titles: {
    readonly down: (silence: string) => string;
    readonly reminder: (silence: string) => string;
    /** The time is a clock time in UTC. */
    readonly unstable: (outages: number, since: string) => string;
    readonly stable: string;
    readonly acknowledged: string;
    readonly recovered: string;
  };
  /** Follows the title of a message that may have been delivered before. */
  readonly possibleRepeat: string;
  readonly noSuperadmins: string;
  readonly silentNow: (silence: string) => string;
  readonly worksNow: string;
  /** When the next message of an unstable time comes. */
  readonly unstableNext: string;
  /** The times are clock times in UTC. */
  readonly unstableSince: (outages: number, since: string) => string;
  readonly outages: (count: number, from: string, to: string) => string;
  readonly acknowledgedBy: (who: string) => string;
  readonly acknowledgedUnder: (recipient: string) => string;
  readonly noMoreReminders: string;
  /** The times are clock times in UTC. */
  readonly downtime: (duration: string, from: string, to: string) => string;
  readonly warnings: Readonly<Record<WarningKind, (param: WarningParam) => WarningText>>;
}

/** `label: value`; undefined without a value. */
export function labelled(label: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${label}: ${value}`;
}

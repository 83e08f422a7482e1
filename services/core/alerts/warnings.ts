/**
 * Warnings: alerts about something other than an outage. The bot may well be working.
 *
 * Each kind has a throttle rule, so that no superadmin reads the same thing twice in a row and a repeated fault causes
 * no flood. The script that raises a warning enforces the rule; a check before it only saves the request.
 */
import { queueTroubles } from '../outage/queue-trouble.ts';

export const warningKinds = [
  'another-poller',
  'handlers-failing',
  ...queueTroubles,
  'dead-letters',
  'lock-without-expiry',
  'lock-broken',
  'unreachable-recipients',
  'manual-action',
] as const;
export type WarningKind = (typeof warningKinds)[number];

export type WarningParams = Readonly<Record<string, string | number>>;

export interface Warning {
  readonly kind: WarningKind;
  /** Identifies what the warning is about: the same thing has the same key. */
  readonly key: string;
  /** The variable parts of its text, stored with it: the message shows them as they were when it was raised. */
  readonly params: WarningParams;
}

interface ThrottleRule {
  /** No second warning of the kind within this time, whatever its key. */
  readonly quietMs: number;
  /** No second warning for the key that was reported last, however long ago. */
  readonly oncePerKey: boolean;
}

const halfHourMs = 30 * 60_000;

export const throttleRules: Readonly<Record<WarningKind, ThrottleRule>> = {
  'another-poller': { quietMs: halfHourMs, oncePerKey: false },
  'handlers-failing': { quietMs: halfHourMs, oncePerKey: false },
  // The monitor raises these, and only while they last.
  'handlers-absent': { quietMs: halfHourMs, oncePerKey: false },
  'handlers-behind': { quietMs: 2 * halfHourMs, oncePerKey: false },
  // The key lists the dead letters: new ones are reported half an hour later, in one warning.
  'dead-letters': { quietMs: halfHourMs, oncePerKey: true },
  'lock-without-expiry': { quietMs: halfHourMs, oncePerKey: true },
  // A person did it, so each time is worth knowing; the key is the audit entry's id.
  'lock-broken': { quietMs: 0, oncePerKey: true },
  // The key lists them: another one is reported half an hour later.
  'unreachable-recipients': { quietMs: halfHourMs, oncePerKey: true },
  // Several within five minutes are one repair: they are told together.
  'manual-action': { quietMs: 5 * 60_000, oncePerKey: true },
};

/** An undelivered warning is given up after this time: it is old news. */
export const warningKeptMs = 24 * 3_600_000;

/** The last warning of a kind. */
export interface ReportedWarning {
  readonly raisedMs: number;
  readonly key: string;
}

export type ReportedWarnings = Readonly<Partial<Record<WarningKind, ReportedWarning>>>;

export function mayRaise(
  kind: WarningKind,
  key: string,
  last: ReportedWarning | undefined,
  nowMs: number,
): boolean {
  if (last === undefined) return true;
  const { quietMs, oncePerKey } = throttleRules[kind];
  // A last warning in the far future is a foreign value and forbids nothing.
  return Math.abs(nowMs - last.raisedMs) >= quietMs && !(oncePerKey && last.key === key);
}

/** Reads a stored warning; undefined for a text that no version of this program wrote. */
export function readWarning(text: string): { kind: WarningKind; params: WarningParams } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind: name, ...rest } = value as Readonly<Record<string, unknown>>;
  const kind = warningKinds.find((known) => known === name);
  const usable = Object.entries(rest).filter(([, one]) => typeof one === 'string' || typeof one === 'number');
  return kind === undefined ? undefined : { kind, params: Object.fromEntries(usable) as WarningParams };
}

export function warningJson({ kind, params }: Pick<Warning, 'kind' | 'params'>): string {
  return JSON.stringify({ ...params, kind });
}

/**
 * The notices that are no outage: something is wrong, or was done, although the bot may well be at work.
 *
 * Each kind has its once-rule, so that nobody is told the same thing twice in a row, and no fault, however often it
 * repeats itself, becomes a flood. The rule is kept by the script that raises a notice; whoever asks for one beside
 * it only saves the question.
 */
export const warningKinds = ['another-poller', 'dead-letters', 'lock-without-expiry', 'lock-broken'] as const;
export type WarningKind = (typeof warningKinds)[number];

export type WarningParams = Readonly<Record<string, string | number>>;

export interface Warning {
  readonly kind: WarningKind;
  /** What it is about: the same thing has the same key. */
  readonly key: string;
  /** What its text says beside the kind's own words; stored with it, so that it is told as it was raised. */
  readonly params: WarningParams;
}

interface ThrottleRule {
  /** Not again within this time, whatever the key. */
  readonly quietMs: number;
  /** Not again for the key that was told last, however long ago. */
  readonly oncePerKey: boolean;
}

const halfHourMs = 30 * 60_000;

export const throttleRules: Readonly<Record<WarningKind, ThrottleRule>> = {
  'another-poller': { quietMs: halfHourMs, oncePerKey: false },
  // The key is which there are: more of them are told half an hour later, in one notice.
  'dead-letters': { quietMs: halfHourMs, oncePerKey: true },
  'lock-without-expiry': { quietMs: halfHourMs, oncePerKey: true },
  // A person did it, and each time is worth knowing; the key is the audit entry.
  'lock-broken': { quietMs: 0, oncePerKey: true },
};

/** After this a notice that could not be delivered is given up: it is no news any more. */
export const warningKeptMs = 24 * 3_600_000;

/** The last notice of a kind. */
export interface ReportedWarning {
  readonly raisedMs: number;
  readonly key: string;
}

export type ReportedWarnings = Readonly<Partial<Record<WarningKind, ReportedWarning>>>;

export function mayRaise(
  kind: WarningKind,
  key: string,
  told: ReportedWarning | undefined,
  nowMs: number,
): boolean {
  if (told === undefined) return true;
  const { quietMs, oncePerKey } = throttleRules[kind];
  // A last one that is far ahead of now was written by somebody else, and forbids nothing.
  return Math.abs(nowMs - told.raisedMs) >= quietMs && !(oncePerKey && told.key === key);
}

/** What a stored notice says; undefined for a text that no version of this wrote. */
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

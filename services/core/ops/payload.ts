/**
 * Reads an ops request, strictly: ignoring a misspelt field would do something else than was asked.
 *
 * Anything but an exact action is answered with a code and a sentence that says what was expected, what came and how
 * to fix it. Never throws; shows no more than the beginning of what came.
 */
import { isLinkReason, isReservedActor } from '../platform/actors.ts';
import { invisibleIn, oneLine } from '../platform/foreign-text.ts';

export const opsActions = ['status', 'release-lock', 'drop-updates', 'restart', 'recover', 'snooze'] as const;
export type OpsAction = (typeof opsActions)[number];

export interface OpsRequest {
  readonly action: OpsAction;
  readonly force: boolean;
  readonly dropUpdates: boolean;
  /** Of `snooze`; 0 ends it. */
  readonly minutes?: number | undefined;
  readonly reason: string;
  readonly requestedBy: string;
}

export interface OpsError {
  readonly code: string;
  readonly message: string;
}

export type PayloadResult =
  | { readonly ok: true; readonly request: OpsRequest }
  | { readonly ok: false; readonly error: OpsError };

export const reasonLengthMax = 500;
const requestedByLengthMax = 200;
const unnamedRequester = 'ops';
const fields = ['action', 'force', 'dropUpdates', 'minutes', 'reason', 'requestedBy'] as const;
const example = '{"action":"release-lock","reason":"the holder hangs"}';

/** The actions that know each switch; others refuse it rather than ignore it. */
const switches = {
  force: ['release-lock', 'recover'],
  dropUpdates: ['recover'],
} as const satisfies Record<string, readonly OpsAction[]>;

export function readPayload(payload: unknown): PayloadResult {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return bad(
      'PAYLOAD_NOT_AN_OBJECT',
      `expected a JSON object, got ${kindOf(payload)}; send one like ${example}`,
    );
  }
  const given = new Map<string, unknown>(Object.entries(payload));
  const action = given.get('action');
  const known = opsActions.find((one) => one === action);
  if (known === undefined) {
    const got = given.has('action') ? shown(action) : 'nothing';
    return bad(
      'UNKNOWN_ACTION',
      `action: expected one of ${opsActions.join(', ')}, got ${got}; send one like ${example}`,
    );
  }
  const unknown = [...given.keys()].find((name) => !fields.some((field) => field === name));
  if (unknown !== undefined) {
    return bad(
      'UNKNOWN_FIELD',
      `expected only the fields ${fields.join(', ')}, got ${shown(unknown)}; leave it out`,
    );
  }
  const needsReason = given.has('reason') || known !== 'status';
  const error =
    switchError(given, known) ??
    minutesError(given, known) ??
    (needsReason ? reasonError('reason', given.get('reason')) : undefined) ??
    (given.has('requestedBy') ? requesterError('requestedBy', given.get('requestedBy')) : undefined);
  if (error !== undefined) return { ok: false, error };
  const requestedBy = given.get('requestedBy');
  return {
    ok: true,
    request: {
      action: known,
      force: given.get('force') === true,
      dropUpdates: given.get('dropUpdates') === true,
      ...(known === 'snooze' ? { minutes: Number(given.get('minutes')) } : {}),
      reason: String(given.get('reason') ?? '').trim(),
      requestedBy: typeof requestedBy === 'string' ? requestedBy.trim() : unnamedRequester,
    },
  };
}

export const snoozeMinutesMax = 1440;

function minutesError(given: ReadonlyMap<string, unknown>, action: OpsAction): OpsError | undefined {
  const minutes = given.get('minutes');
  if (action !== 'snooze') {
    if (!given.has('minutes')) return undefined;
    const message = `minutes: expected only with snooze, got it with ${action}; leave it out`;
    return { code: 'BAD_FIELD', message };
  }
  const isUsable = typeof minutes === 'number' && Number.isInteger(minutes);
  if (isUsable && minutes >= 0 && minutes <= snoozeMinutesMax) return undefined;
  const got = given.has('minutes') ? shown(minutes) : 'nothing';
  const expected = `a whole number from 0 to ${snoozeMinutesMax}`;
  return { code: 'BAD_FIELD', message: `minutes: expected ${expected}, got ${got}; 0 ends the snooze` };
}

function switchError(given: ReadonlyMap<string, unknown>, action: OpsAction): OpsError | undefined {
  for (const [name, actions] of Object.entries(switches)) {
    const value = given.get(name);
    if (given.has(name) && typeof value !== 'boolean') {
      const message = `${name}: expected true or false, got ${shown(value)}; write it without quotes`;
      return { code: 'BAD_FIELD', message };
    }
    if (value === true && !actions.some((one) => one === action)) {
      const message = `${name}: expected only with ${actions.join(' and ')}, got it with ${action}; leave it out`;
      return { code: 'BAD_FIELD', message };
    }
  }
  return undefined;
}

/** Why this is no reason for the audit trail; `field` is its name for the caller. */
export function reasonError(field: string, reason: unknown): OpsError | undefined {
  if (reason === undefined) {
    const message = `${field}: expected 1 to ${reasonLengthMax} characters, got nothing; say why, for the audit trail`;
    return { code: 'REASON_MISSING', message };
  }
  // Messages and pages show it as the button of an alert.
  if (typeof reason === 'string' && isLinkReason(reason.trim())) {
    const message = `${field}: expected your own words, got ${shown(reason)}, which only links use; say why`;
    return { code: 'RESERVED_REASON', message };
  }
  return textError(field, reason, {
    max: reasonLengthMax,
    missing: 'REASON_MISSING',
    tooLong: 'REASON_TOO_LONG',
  });
}

/** Why this is no person's name. An automatic action and a person's must never read alike in the audit trail. */
export function requesterError(field: string, name: unknown): OpsError | undefined {
  if (typeof name === 'string' && isReservedActor(name)) {
    const message = `${field}: expected a person's name, got ${shown(name)}, which only automatic actions use; give your own`;
    return { code: 'RESERVED_NAME', message };
  }
  const limits = { max: requestedByLengthMax, missing: 'BAD_FIELD', tooLong: 'BAD_FIELD' };
  return textError(field, name, limits);
}

function textError(
  name: string,
  value: unknown,
  { max, missing, tooLong }: { max: number; missing: string; tooLong: string },
): OpsError | undefined {
  const expected = `${name}: expected 1 to ${max} characters of text`;
  if (typeof value !== 'string')
    return { code: 'BAD_FIELD', message: `${expected}, got ${shown(value)}; put it in quotes` };
  if (value.trim() === '') return { code: missing, message: `${expected}, got none; fill it in` };
  const invisible = invisibleIn(value);
  if (invisible !== undefined) {
    const message = `${name}: expected text in which every character can be seen, got ${invisible} in it; leave it out`;
    return { code: 'CONTROL_CHARACTER', message };
  }
  const length = [...value].length;
  return length > max ? { code: tooLong, message: `${expected}, got ${length}; shorten it` } : undefined;
}

function bad(code: string, message: string): PayloadResult {
  return { ok: false, error: { code, message } };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

const shownLengthMax = 60;

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return oneLine(JSON.stringify(value) ?? typeof value, shownLengthMax);
}

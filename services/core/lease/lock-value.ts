/**
 * The value in the polling lock: who holds it. Made once per term and compared as a whole; never parsed to decide
 * who may act.
 *
 * `owner` is new for every term, so a late release or renewal from an earlier term never matches.
 */

import { type EnvironmentName, environmentNames } from '../platform/environment-name.ts';
import { cutText, oneLine, visible } from '../platform/foreign-text.ts';

export interface LockHolder {
  readonly host: string;
  readonly pid: number;
  readonly env: string;
  /** ISO 8601 UTC: when the term's value was made. */
  readonly ts: string;
  readonly owner: string;
  /** On ECS the task's ARN. */
  readonly task?: string | undefined;
}

/** The `owner` in the value that keeps every process out for one TTL after the store was wiped. */
export const quarantineOwner = 'quarantine';

export function lockValue(holder: LockHolder): string {
  const { host, pid, env, ts, owner, task } = holder;
  return JSON.stringify(
    task === undefined ? { host, pid, env, ts, owner } : { host, pid, env, ts, owner, task },
  );
}

const memberTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    host: 'string',
    pid: 'number',
    env: 'string',
    ts: 'string',
    owner: 'string',
    task: 'string',
  } satisfies Record<keyof LockHolder, 'string' | 'number'>),
);

/**
 * Reads a value that any program may have written: returns the members that have the right type, and only those.
 * For display and diagnosis; not to decide who may act.
 */
export function readLockHolder(value: string): Partial<LockHolder> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return {};
  }
  if (typeof parsed !== 'object' || parsed === null) return {};
  const members = Object.entries(parsed).filter(([name, member]) => typeof member === memberTypes.get(name));
  return Object.fromEntries(members) as Partial<LockHolder>;
}

/** The environment of whoever wrote the lock or the heartbeat; undefined if it names none of ours. */
export function environmentOf(value: string): EnvironmentName | undefined {
  const { env } = readLockHolder(value);
  return environmentNames.find((name) => name === env);
}

/** Whether this is the value that keeps every process out after the store was wiped: no process holds the lock. */
export function isQuarantine(value: string): boolean {
  return readLockHolder(value).owner === quarantineOwner;
}

const nameMax = 200;

/** Names the holder in one line: host, pid and environment, or the raw value if it has neither host nor pid. */
export function describeHolder(value: string): string {
  const { host, pid, env, owner } = readLockHolder(value);
  if (owner === quarantineOwner) return 'the quarantine after an empty store';
  if (host === undefined && pid === undefined)
    return `a process that wrote ${visible(JSON.stringify(cutText(value, 80)))}`;
  const shown = (text = 'unknown'): string => oneLine(text, nameMax);
  return `host ${shown(host)}, pid ${pid ?? 'unknown'}, environment ${shown(env)}`;
}

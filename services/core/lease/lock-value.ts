/**
 * The value that stands in the lock: who holds it. Made once per term, compared whole, never parsed to decide.
 *
 * `owner` is fresh for every term, so that a late release or renewal of an earlier term can never match.
 */
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

/** Stands in `owner` of the value that keeps everybody out after the store was wiped. */
export const quarantineOwner = 'quarantine';

export function lockValue(holder: LockHolder): string {
  const { host, pid, env, ts, owner, task } = holder;
  return JSON.stringify(
    task === undefined ? { host, pid, env, ts, owner } : { host, pid, env, ts, owner, task },
  );
}

/** What can be told of a holder from a value that anybody may have written: for showing, not for deciding. */
export function readLockHolder(value: string): Partial<LockHolder> {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

/** One line that names a holder: host, pid and environment, or the raw value when it says none of these. */
export function describeHolder(value: string): string {
  const { host, pid, env, owner } = readLockHolder(value);
  if (owner === quarantineOwner) return 'the quarantine after an empty store';
  if (host === undefined && pid === undefined)
    return `a process that wrote ${JSON.stringify(value.slice(0, 80))}`;
  return `host ${host ?? 'unknown'}, pid ${pid ?? 'unknown'}, environment ${env ?? 'unknown'}`;
}

/**
 * Says from one look at the store which notices are due. Pure; what it says is carried out by scripts that check
 * their rule again, so any number of runs may decide at once.
 *
 * - A lock without expiry: no code of this program makes one; nobody could take over after its holder.
 * - A lock broken by a person: each entry of the audit stream is told once, several between two runs in one notice.
 * - Dead updates: each is told once. One that is there no more (somebody cleared it, or put it back) is forgotten
 *   without a word.
 */
import type { Held } from '../lease/lock-store.ts';
import { readLockHolder } from '../lease/lock-value.ts';
import { type DeadLettersSeen, reportedKey, unreported } from './unreported-dead-letters.ts';
import { mayRaise, type ReportedWarnings, type Warning, type WarningKind } from './warnings.ts';

/** Entries of the audit stream that nobody was told of. */
export interface LockBreaks {
  readonly count: number;
  /** The newest one's id, and what it says. */
  readonly id: string;
  readonly who: string;
  readonly why: string;
}

export interface WarningFacts {
  readonly nowMs: number;
  readonly held: Held | undefined;
  readonly deadLetters: DeadLettersSeen;
  readonly lockBreaks: LockBreaks | undefined;
  readonly reported: ReportedWarnings;
}

export type WarningChange =
  | { readonly kind: 'raise'; readonly warning: Warning }
  /** Counts as told from now on: `key` instead of `expectedKey`. */
  | { readonly kind: 'note'; readonly of: WarningKind; readonly expectedKey: string; readonly key: string };

/** Anybody may have written the lock's value; more of it is not needed to tell two apart. */
const keyLengthMax = 200;

export function warningsDue(facts: WarningFacts): readonly WarningChange[] {
  return [...endlessLock(facts), ...brokenLock(facts), ...deadUpdates(facts)];
}

function endlessLock(facts: WarningFacts): readonly WarningChange[] {
  const of = 'lock-without-expiry';
  const { held, reported } = facts;
  if (held?.ttlMs !== null) {
    const expectedKey = reported[of]?.key ?? '';
    return expectedKey === '' ? [] : [{ kind: 'note', of, expectedKey, key: '' }];
  }
  const { host, pid, env } = readLockHolder(held.value);
  const holder = [host, pid === undefined ? undefined : `pid ${pid}`, env]
    .filter((part) => part !== undefined)
    .join(', ');
  return due(facts, { kind: of, key: `=${held.value.slice(0, keyLengthMax)}`, params: { holder } });
}

function brokenLock(facts: WarningFacts): readonly WarningChange[] {
  if (facts.lockBreaks === undefined) return [];
  const { id, ...params } = facts.lockBreaks;
  return due(facts, { kind: 'lock-broken', key: id, params });
}

function deadUpdates(facts: WarningFacts): readonly WarningChange[] {
  const of = 'dead-letters';
  const { deadLetters: seen, reported } = facts;
  const expectedKey = reported[of]?.key ?? '';
  const { count, keptKey } = unreported(seen, expectedKey);
  const params = { count, total: seen.count };
  const raise = count === 0 ? [] : due(facts, { kind: of, key: reportedKey(seen), params });
  if (raise.length > 0 || keptKey === expectedKey) return raise;
  return [{ kind: 'note', of, expectedKey, key: keptKey }];
}

function due({ reported, nowMs }: WarningFacts, warning: Warning): readonly WarningChange[] {
  return mayRaise(warning.kind, warning.key, reported[warning.kind], nowMs)
    ? [{ kind: 'raise', warning }]
    : [];
}

/**
 * Says from one look at the store which notices are due. Pure; what it says is carried out by scripts that check
 * their rule again, so any number of runs may decide at once.
 *
 * - A lock without expiry: no code of this program makes one; nobody could take over after its holder.
 * - A lock broken by a person: each entry of the audit stream is told once, several between two runs in one notice.
 * - Dead updates: each is told once. One that is there no more (somebody cleared it, or put it back) is forgotten
 *   without a word.
 */
import type { Held } from '../polling-lock/lock-store.ts';
import { readLockHolder } from '../polling-lock/lock-value.ts';
import { type DeadUpdatesSeen, toldKeyOf, untoldOf } from './dead-letters.ts';
import { mayRaise, type NewNotice, type NoticeKind, type ToldNotices } from './notices.ts';

/** Entries of the audit stream that nobody was told of. */
export interface LockBreaks {
  readonly count: number;
  /** The newest one's id, and what it says. */
  readonly id: string;
  readonly who: string;
  readonly why: string;
}

export interface NoticeFacts {
  readonly nowMs: number;
  readonly held: Held | undefined;
  readonly deadUpdates: DeadUpdatesSeen;
  readonly lockBreaks: LockBreaks | undefined;
  readonly told: ToldNotices;
}

export type NoticeChange =
  | { readonly kind: 'raise'; readonly notice: NewNotice }
  /** Counts as told from now on: `key` instead of `judgedKey`. */
  | { readonly kind: 'note'; readonly of: NoticeKind; readonly judgedKey: string; readonly key: string };

/** Anybody may have written the lock's value; more of it is not needed to tell two apart. */
const keyLengthMax = 200;

export function noticesDue(facts: NoticeFacts): readonly NoticeChange[] {
  return [...endlessLock(facts), ...brokenLock(facts), ...deadUpdates(facts)];
}

function endlessLock(facts: NoticeFacts): readonly NoticeChange[] {
  const of = 'lock-without-expiry';
  const { held, told } = facts;
  if (held?.ttlMs !== null) {
    const judgedKey = told[of]?.key ?? '';
    return judgedKey === '' ? [] : [{ kind: 'note', of, judgedKey, key: '' }];
  }
  const { host, pid, env }: Partial<Record<string, unknown>> = readLockHolder(held.value);
  const holder = [host, typeof pid === 'number' ? `pid ${pid}` : undefined, env]
    .filter((part) => typeof part === 'string')
    .join(', ');
  return due(facts, { kind: of, key: `=${held.value.slice(0, keyLengthMax)}`, params: { holder } });
}

function brokenLock(facts: NoticeFacts): readonly NoticeChange[] {
  if (facts.lockBreaks === undefined) return [];
  const { id, ...params } = facts.lockBreaks;
  return due(facts, { kind: 'lock-broken', key: id, params });
}

function deadUpdates(facts: NoticeFacts): readonly NoticeChange[] {
  const of = 'dead-letters';
  const { deadUpdates: seen, told } = facts;
  const judgedKey = told[of]?.key ?? '';
  const { count, keptKey } = untoldOf(seen, judgedKey);
  const params = { count, total: seen.count };
  const raise = count === 0 ? [] : due(facts, { kind: of, key: toldKeyOf(seen), params });
  if (raise.length > 0 || keptKey === judgedKey) return raise;
  return [{ kind: 'note', of, judgedKey, key: keptKey }];
}

function due({ told, nowMs }: NoticeFacts, notice: NewNotice): readonly NoticeChange[] {
  return mayRaise(notice.kind, notice.key, told[notice.kind], nowMs) ? [{ kind: 'raise', notice }] : [];
}

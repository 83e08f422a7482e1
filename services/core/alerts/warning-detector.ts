/**
 * Decides from one observation of the store which warnings are due. Pure; the scripts that raise them check the
 * throttle rule again, so any number of runs may decide at once.
 *
 * - A lock without expiry: this program never writes one, and nobody could take over after its holder.
 * - A lock broken by a person, and a person's drops, restarts and uses of links: each entry of the audit stream is
 *   reported once, several between two runs in one warning.
 * - Superadmins whom Telegram refuses: each set of them is reported once, to the others.
 * - The troubles of queue mode, once they have lasted: a deploy or a burst is over by then.
 * - Dead letters: each is reported once. One that is gone, because it was cleared or put back, is forgotten silently.
 */
import type { Held } from '../lease/lock-store.ts';
import { readLockHolder } from '../lease/lock-value.ts';
import type { QueueSeen, QueueTrouble } from '../outage/queue-trouble.ts';
import { cutText } from '../platform/foreign-text.ts';
import { type DeadLettersSeen, reportedKey, unreported } from './unreported-dead-letters.ts';
import { mayRaise, type ReportedWarnings, type Warning, type WarningKind } from './warnings.ts';

/** The unreported entries of one kind in the audit stream that are a person's doing. */
export interface PersonsDoings {
  readonly count: number;
  /** Of the newest one. */
  readonly id: string;
  readonly who: string;
  readonly why: string;
}

/** Drops, restarts and uses of links. */
export interface ManualActions extends PersonsDoings {
  readonly event: string;
}

export interface WarningFacts {
  readonly nowMs: number;
  readonly held: Held | undefined;
  readonly deadLetters: DeadLettersSeen;
  readonly lockBreaks: PersonsDoings | undefined;
  readonly manualActions?: ManualActions | undefined;
  /** Superadmins whom no message in Telegram can reach. */
  readonly unreachable: readonly string[];
  readonly reported: ReportedWarnings;
  /** Undefined: none, or unknown. */
  readonly queueSeen?: QueueSeen | undefined;
}

export type WarningChange =
  | { readonly kind: 'raise'; readonly warning: Warning }
  /** Replaces the reported key `expectedKey` by `key` without a warning. */
  | { readonly kind: 'note'; readonly of: WarningKind; readonly expectedKey: string; readonly key: string };

/** How long a trouble of queue mode lasts before people are told. */
const lastsMs: Readonly<Record<QueueTrouble, number>> = {
  'handlers-absent': 2 * 60_000,
  'handlers-behind': 5 * 60_000,
};

/** Bounds a foreign lock value; this much tells two of them apart. */
const keyLengthMax = 200;

export function warningsDue(facts: WarningFacts): readonly WarningChange[] {
  return [
    ...lockWithoutExpiry(facts),
    ...brokenLock(facts),
    ...manualAction(facts),
    ...newDeadLetters(facts),
    ...unreachableRecipients(facts),
    ...queueInTrouble(facts),
  ];
}

function lockWithoutExpiry(facts: WarningFacts): readonly WarningChange[] {
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
  return due(facts, { kind: of, key: `=${cutText(held.value, keyLengthMax)}`, params: { holder } });
}

function brokenLock(facts: WarningFacts): readonly WarningChange[] {
  if (facts.lockBreaks === undefined) return [];
  const { id, ...params } = facts.lockBreaks;
  return due(facts, { kind: 'lock-broken', key: id, params });
}

/** The others learn what one of them has done. */
function manualAction(facts: WarningFacts): readonly WarningChange[] {
  if (facts.manualActions === undefined) return [];
  const { id, ...params } = facts.manualActions;
  return due(facts, { kind: 'manual-action', key: id, params });
}

function newDeadLetters(facts: WarningFacts): readonly WarningChange[] {
  const of = 'dead-letters';
  const { deadLetters: seen, reported } = facts;
  const expectedKey = reported[of]?.key ?? '';
  const { count, keptKey } = unreported(seen, expectedKey);
  const params = { count, total: seen.count };
  const raise = count === 0 ? [] : due(facts, { kind: of, key: reportedKey(seen), params });
  if (raise.length > 0 || keptKey === expectedKey) return raise;
  return [{ kind: 'note', of, expectedKey, key: keptKey }];
}

function unreachableRecipients(facts: WarningFacts): readonly WarningChange[] {
  const of = 'unreachable-recipients';
  const { unreachable, reported } = facts;
  const expectedKey = reported[of]?.key ?? '';
  if (unreachable.length === 0) return expectedKey === '' ? [] : [{ kind: 'note', of, expectedKey, key: '' }];
  return due(facts, {
    kind: of,
    key: `=${unreachable.join(',')}`,
    params: { recipients: unreachable.join(', ') },
  });
}

function queueInTrouble(facts: WarningFacts): readonly WarningChange[] {
  if (facts.queueSeen === undefined) return [];
  const { trouble, sinceMs, ...params } = facts.queueSeen;
  if (facts.nowMs - sinceMs < lastsMs[trouble]) return [];
  return due(facts, { kind: trouble, key: '', params });
}

function due({ reported, nowMs }: WarningFacts, warning: Warning): readonly WarningChange[] {
  return mayRaise(warning.kind, warning.key, reported[warning.kind], nowMs)
    ? [{ kind: 'raise', warning }]
    : [];
}

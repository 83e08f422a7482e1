/** Entries of a journal, and the steps that its suites share. */
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import type { JournalEntry, UpdateJournal } from '../../../../services/core/updates/journal.ts';
import { type OpenedJournal, TermJournal } from '../../../../services/core/updates/term-journal.ts';
import { termOn } from '../../../core/updates/term-fixture.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

export const keys = storeKeys('');
export const term = { value: 'the lock', epoch: 5 };

export function entry(id: number, arrivedIndex: number, arrivedEpoch = 4): JournalEntry {
  const update = { update_id: id, message: { text: 'строка 1\nstring 2 "quoted"' } };
  return { update, attempt: 1, countedEpoch: arrivedEpoch, arrivedEpoch, arrivedIndex };
}

export const alone = (...ids: number[]) => ids.map((updateId) => ({ updateId, mode: 'alone' as const }));

export interface Change {
  readonly add: readonly JournalEntry[];
  readonly finishedIds: readonly number[];
}

/** Writes what fits into one piece. */
export function writeTo(
  journal: UpdateJournal,
  { add, finishedIds }: Change,
  value = term.value,
): Promise<'written' | 'lock lost'> {
  const [piece, ...more] = journal.split(add).pieces;
  if (piece === undefined || more.length > 0) throw new Error('these take more than one piece');
  return journal.write(value, { add: piece, finishedIds });
}

/** As the term with this lock value opens it. */
export async function openAs(journal: UpdateJournal, value = term.value): Promise<OpenedJournal> {
  const clock = new VirtualClock();
  const onTrouble = (what: string, error: unknown): never => {
    throw new Error(what, { cause: error });
  };
  const leading = Object.assign(termOn(clock), { value });
  const opened = await new TermJournal({ journal, clock, onTrouble }, leading).open(
    new AbortController().signal,
  );
  if (opened === undefined) throw new Error('the lock is lost');
  return opened;
}

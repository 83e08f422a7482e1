import { beforeEach, describe, expect, it } from 'vitest';
import type { Term } from '../../../services/core/lease/term.ts';
import {
  attemptsMax,
  type JournalReading,
  type JournalStart,
  type UpdateJournal,
} from '../../../services/core/updates/journal.ts';
import {
  type OpenedJournal,
  storeRetryMaxMs,
  storeRetryMs,
  TermJournal,
} from '../../../services/core/updates/term-journal.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { termOn } from './term-fixture.ts';

type Answer = 'fine' | 'lock lost' | 'trouble' | 'no answer';

const piece = { entries: [], lines: [] };
const change = { add: piece, finishedIds: [3] };
const counted = [{ updateId: 8, mode: 'alone' as const }];
const finished = { finishedIds: [1], tombstoneIds: [2] };
const nothing = { entries: [], unreadable: [], newer: [], answered: 0 };
const opened = { endedCleanly: true, entries: [], unreadable: [], newer: [] };

let clock: VirtualClock;
let term: Term;
let stop: AbortController;
let answers: Answer[];
let start: JournalStart;
let calls: unknown[][];
let troubles: string[];
let journal: TermJournal;

beforeEach(() => {
  clock = new VirtualClock();
  term = termOn(clock);
  stop = new AbortController();
  answers = [];
  start = { endedCleanly: true, ids: [], next: undefined, reading: nothing };
  calls = [];
  troubles = [];
  const answer = async <T>(fine: T, ...call: unknown[]): Promise<T | 'lock lost'> => {
    calls.push([clock.monotonicMs(), ...call]);
    const next = answers.shift() ?? 'fine';
    if (next === 'no answer') return new Promise(() => {});
    if (next === 'trouble') throw new Error('no answer');
    return next === 'fine' ? fine : next;
  };
  const store: UpdateJournal = {
    open: (value) => answer(start, 'open', value),
    list: (value, after) => answer({ ids: ['4', '5'], next: undefined }, 'list', value, after),
    read: (value, ids) => answer(readingOf(ids.slice(0, 2)), 'read', value, ids),
    putAside: (value, ids) => answer('moved' as const, 'put aside', value, ids),
    refuse: (value, { update_id }) => answer('refused' as const, 'refuse', value, update_id),
    beginAttempts: ({ epoch }, attempts, options) => answer([1] as const, 'count', epoch, attempts, options),
    split: () => ({ pieces: [piece], tooBig: [] }),
    write: (value, what) => answer('written' as const, 'write', value, what),
  };
  const onTrouble = (what: string): void => void troubles.push(what);
  journal = new TermJournal({ journal: store, clock, onTrouble }, term);
});

/** Ids arrive in the opposite order of their numbers. */
function readingOf(ids: readonly string[]): JournalReading {
  const entries = ids.map((id) => ({
    update: { update_id: Number(id) },
    attempt: 1,
    countedEpoch: 3,
    arrivedEpoch: 3,
    arrivedIndex: 100 - Number(id),
  }));
  return { entries, unreadable: [], newer: [], answered: ids.length };
}

/** Each step that retries: what it sends, what it returns, and what it returns when the term is over. */
const steps = [
  ['open the journal', () => journal.open(stop.signal), ['open', 'the lock'], opened, undefined],
  [
    'count attempts',
    () => journal.beginAttempts(counted, finished),
    ['count', 7, counted, { attemptsMax, ...finished }],
    [1],
    undefined,
  ],
  [
    'write the journal',
    () => journal.write([], stop.signal),
    ['write', 'the lock', { add: piece, finishedIds: [] }],
    true,
    false,
  ],
  [
    'refuse an update',
    () => journal.refuse({ update_id: 6 }, stop.signal),
    ['refuse', 'the lock', 6],
    true,
    false,
  ],
] as const;

describe.each(steps)('to %s', (what, step, call, fine, over) => {
  it('sends one request when the store answers', async () => {
    expect(await step()).toEqual(fine);
    expect(calls).toEqual([[0, ...call]]);
    expect(troubles).toEqual([]);
  });

  it('waits out the trouble of the store, longer each time, reports it, and sends the same again', async () => {
    answers = Array.from({ length: 6 }, () => 'trouble');
    const result = step();
    await clock.advance(20 * storeRetryMs + 2 * storeRetryMaxMs);
    expect(await result).toEqual(fine);
    const waits = calls.map(([atMs], index) => Number(atMs) - Number(calls[index - 1]?.[0] ?? 0));
    expect(waits).toEqual([0, 1, 2, 4, 8, 8, 8].map((times) => times * storeRetryMs));
    expect(calls.map(([, ...sent]) => sent)).toEqual(Array.from({ length: 7 }, () => call));
    expect(troubles).toEqual(Array.from({ length: 6 }, () => what));
  });

  it('ends the term when the lock is lost', async () => {
    answers = ['lock lost'];
    expect(await step()).toEqual(over);
    expect(term.endReason).toBe('lost');
    expect(calls).toHaveLength(1);
  });

  it('sends nothing when the term is over', async () => {
    term.end('released');
    expect(await step()).toEqual(over);
    expect(calls).toEqual([]);
  });

  it('stops to retry as soon as the term is over', async () => {
    answers = ['trouble'];
    const result = step();
    await clock.advance(storeRetryMs / 2);
    term.end('lost');
    await clock.settle();
    expect(await result).toEqual(over);
    expect(calls).toHaveLength(1);
  });
});

describe.each(steps.filter(([what]) => what !== 'count attempts'))(
  'a stop during: %s',
  (_what, step, _c, _f, over) => {
    it.each(['no answer', 'trouble'] as const)('is waited for by nothing: %s', async (answer) => {
      answers = [answer];
      const result = step();
      await clock.settle();
      stop.abort();
      await clock.settle();
      expect(await result).toEqual(over);
      expect(clock.monotonicMs()).toBe(0);
      expect(calls).toHaveLength(1);
    });
  },
);

describe('a journal that takes more than one answer', () => {
  beforeEach(() => {
    start = { endedCleanly: false, ids: ['1', '2', '3'], next: '3', reading: readingOf(['1']) };
  });

  it('is read piece by piece and returned in order of arrival', async () => {
    const { entries, endedCleanly } = (await journal.open(stop.signal)) as OpenedJournal;
    expect(calls.map(([, ...call]) => call)).toEqual([
      ['open', 'the lock'],
      ['list', 'the lock', '3'],
      ['read', 'the lock', ['2', '3', '4', '5']],
      ['read', 'the lock', ['4', '5']],
    ]);
    expect(entries.map(({ update }) => update.update_id)).toEqual([5, 4, 3, 2, 1]);
    expect(endedCleanly).toBe(false);
  });

  it('repeats only the piece that failed', async () => {
    answers = ['fine', 'fine', 'trouble', 'fine', 'trouble'];
    const result = journal.open(stop.signal);
    await clock.advance(10_000);
    expect((await result)?.entries).toHaveLength(5);
    expect(calls.map(([, what]) => what)).toEqual(['open', 'list', 'read', 'read', 'read', 'read']);
  });

  it('is given up when the lock is lost between two pieces', async () => {
    answers = ['fine', 'fine', 'lock lost'];
    expect(await journal.open(stop.signal)).toBeUndefined();
    expect(term.endReason).toBe('lost');
  });

  it('puts what it cannot read aside, and leaves what a newer version wrote', async () => {
    const reading = { entries: [], unreadable: ['1'], newer: ['2'], answered: 2 };
    start = { endedCleanly: true, ids: ['1', '2'], next: undefined, reading };
    expect(await journal.open(stop.signal)).toEqual({ ...opened, unreadable: ['1'], newer: ['2'] });
    expect(calls.map(([, ...call]) => call)).toEqual([
      ['open', 'the lock'],
      ['put aside', 'the lock', ['1']],
    ]);
  });
});

describe('a single try to write', () => {
  it.each([
    ['fine', true, undefined, []],
    ['lock lost', false, 'lost', []],
    ['trouble', false, undefined, ['write the journal']],
  ] as const)('is not repeated: %s', async (answer, written, endReason, reported) => {
    answers = [answer];
    expect(await journal.tryWrite(change)).toBe(written);
    await clock.advance(5 * storeRetryMs);
    expect(calls).toEqual([[0, 'write', 'the lock', change]]);
    expect([term.endReason, troubles]).toEqual([endReason, reported]);
  });
});

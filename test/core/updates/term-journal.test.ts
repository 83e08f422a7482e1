import { beforeEach, describe, expect, it } from 'vitest';
import type { Term } from '../../../services/core/lease/term.ts';
import { attemptsMax, type UpdateJournal } from '../../../services/core/updates/journal.ts';
import { storeRetryMs, TermJournal } from '../../../services/core/updates/term-journal.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { termOn } from './term-fixture.ts';

type Answer = 'fine' | 'lock lost' | 'trouble';

const change = { add: [], finishedIds: [3] };
const finished = { finishedIds: [1], tombstoneIds: [2] };
const opened = { endedCleanly: true, entries: [], unreadable: [] };

let clock: VirtualClock;
let term: Term;
let answers: Answer[];
let calls: unknown[][];
let troubles: string[];
let journal: TermJournal;

beforeEach(() => {
  clock = new VirtualClock();
  term = termOn(clock);
  answers = [];
  calls = [];
  troubles = [];
  const answer = async <T>(fine: T, ...call: unknown[]): Promise<T | 'lock lost'> => {
    calls.push([clock.monotonicMs(), ...call]);
    const next = answers.shift() ?? 'fine';
    if (next === 'trouble') throw new Error('no answer');
    return next === 'fine' ? fine : next;
  };
  const store: UpdateJournal = {
    open: (value) => answer(opened, 'open', value),
    beginAttempts: ({ epoch }, ids, options) =>
      answer([1, 'dead letter'] as const, 'count', epoch, ids, options),
    write: (value, what) => answer('written' as const, 'write', value, what),
  };
  const onTrouble = (what: string): void => void troubles.push(what);
  journal = new TermJournal({ journal: store, clock, onTrouble }, term);
});

/** Each step that retries: what it sends, what it returns, and what it returns when the term is over. */
const steps = [
  ['open the journal', () => journal.open(), ['open', 'the lock'], opened, undefined],
  [
    'count attempts',
    () => journal.beginAttempts([8, 9], finished),
    ['count', 7, [8, 9], { attemptsMax, ...finished }],
    [1, 'dead letter'],
    undefined,
  ],
  ['write the journal', () => journal.write(change), ['write', 'the lock', change], true, false],
] as const;

describe.each(steps)('to %s', (what, step, call, fine, over) => {
  it('sends one request when the store answers', async () => {
    expect(await step()).toEqual(fine);
    expect(calls).toEqual([[0, ...call]]);
    expect(troubles).toEqual([]);
  });

  it('waits out the trouble of the store, reports it, and sends the same again', async () => {
    answers = ['trouble', 'trouble'];
    const result = step();
    await clock.advance(5 * storeRetryMs);
    expect(await result).toEqual(fine);
    expect(calls).toEqual([0, storeRetryMs, 2 * storeRetryMs].map((atMs) => [atMs, ...call]));
    expect(troubles).toEqual([what, what]);
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

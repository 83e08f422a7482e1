import { beforeEach, describe, expect, it } from 'vitest';
import { LoadTracker, percentiles } from '../../../services/lab/load/load-tracker.ts';

const chat = 7;
const other = 8;

describe('LoadTracker', () => {
  let tracker: LoadTracker;

  beforeEach(() => {
    tracker = new LoadTracker({ lastNumberBefore: 0 });
  });

  const ask = (count: number, chatId = chat): number[] =>
    Array.from({ length: count }, (_, index) => tracker.ask(chatId, index));

  it('numbers each chat separately, and continues where an earlier tracker ended', () => {
    expect([ask(2), ask(1, other)]).toEqual([[1, 2], [1]]);
    expect(tracker.lastNumber).toBe(2);
    const next = new LoadTracker({ lastNumberBefore: 2 });
    expect([next.ask(chat, 0), next.ask(other, 0)]).toEqual([3, 3]);
  });

  it('counts sent, answered and waiting messages', () => {
    ask(3);
    tracker.answer(chat, 1, 10);
    expect(tracker.counts(10)).toMatchObject({ sent: 3, answered: 1, waiting: 2, lost: 0, outOfOrder: 0 });
  });

  it('counts a message as lost if a later one of the same chat was answered', () => {
    ask(3);
    ask(3, other);
    tracker.answer(chat, 3, 10);
    expect(tracker.counts(10)).toMatchObject({ answered: 1, lost: 2, waiting: 3 });
  });

  it('counts a lost message as out of order if its answer still comes', () => {
    ask(2);
    tracker.answer(chat, 2, 10);
    tracker.answer(chat, 1, 11);
    expect(tracker.counts(11)).toMatchObject({
      answered: 2,
      lost: 0,
      outOfOrder: 1,
      waiting: 0,
      repeated: 0,
    });
  });

  it('counts answers beyond the first as repeated, in any order', () => {
    ask(2);
    for (const number of [1, 2, 1, 2, 2]) tracker.answer(chat, number, 10);
    expect(tracker.counts(10)).toMatchObject({ answered: 2, repeated: 3, outOfOrder: 0, lost: 0 });
  });

  it('ignores answers to questions it did not ask', () => {
    const later = new LoadTracker({ lastNumberBefore: 5 });
    later.ask(chat, 0);
    later.answer(chat, 5, 1);
    later.answer(chat, 7, 1);
    later.answer(other, 6, 1);
    expect(later.counts(1)).toMatchObject({ sent: 1, answered: 0, repeated: 0, waiting: 1 });
  });

  it('gives up old questions, and counts a late answer to one as in order', () => {
    ask(3);
    tracker.giveUp(2);
    expect(tracker.counts(5)).toMatchObject({ lost: 2, waiting: 1 });
    tracker.answer(chat, 1, 5);
    expect(tracker.counts(5)).toMatchObject({ lost: 1, answered: 1, outOfOrder: 0 });
  });

  it('knows which questions are still open', () => {
    ask(3);
    tracker.answer(chat, 2, 10);
    expect([1, 2, 3].map((number) => tracker.isOpen(chat, number))).toEqual([true, false, true]);
  });

  it('returns recent latencies, and the slowest of all', () => {
    ask(2);
    tracker.answer(chat, 1, 40);
    tracker.answer(chat, 2, 61);
    expect(tracker.counts(61).latencyMs).toEqual({ p50: 40, p99: 60 });
    expect(tracker.counts(100_000).latencyMs).toBeNull();
    expect(tracker.slowestMs).toBe(60);
  });

  it('remembers a bounded number of lost messages, and still counts the others', () => {
    ask(5001);
    tracker.answer(chat, 5001, 1);
    expect(tracker.counts(1).lost).toBe(5000);
    expect([tracker.isOpen(chat, 1), tracker.isOpen(chat, 5000)]).toEqual([false, true]);
  });
});

describe('percentiles', () => {
  it.each([
    [[], null],
    [[5], { p50: 5, p99: 5 }],
    [[4, 1, 3, 2], { p50: 2, p99: 4 }],
  ])('of %j', (values, expected) => {
    expect(percentiles(values)).toEqual(expected);
  });
});

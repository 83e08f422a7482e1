import { beforeEach, describe, expect, it } from 'vitest';
import { AttemptCounter } from '../../../services/core/updates/attempt-counter.ts';
import { type AttemptMode, attemptsMax } from '../../../services/core/updates/journal.ts';
import { poisonAttempts } from '../../../services/core/updates/poison-queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

type Answer = readonly (number | 'dead letter')[] | undefined;

const clock = new VirtualClock();
interface Request {
  readonly ids: readonly number[];
  readonly modes: readonly AttemptMode[];
  readonly answer: (answer: Answer) => void;
}
let requests: Request[];
let deadLetters: number[];
let counter: AttemptCounter;

beforeEach(() => {
  requests = [];
  deadLetters = [];
  counter = new AttemptCounter({
    clock,
    count: (attempts) =>
      new Promise((answer) => {
        const ids = attempts.map(({ updateId }) => updateId);
        requests.push({ ids, modes: attempts.map(({ mode }) => mode), answer });
      }),
    onDeadLetters: (ids) => void deadLetters.push(...ids),
  });
});

const begin = (id: number, attempt = 1) =>
  counter.begin({ update: { update_id: id }, lane: 'any', attempt, isReplay: true });
const idsAsked = () => requests.map(({ ids }) => ids);

describe('the attempt counter', () => {
  it.each([
    ['lets the handler run with the number that the store counted', [3], { number: 3 }, []],
    ['reports a dead letter and lets no handler run', ['dead letter'], 'dead letter', [8]],
    ['lets no handler run when the term is over', undefined, 'term over', []],
  ] as const)('%s', async (_what, answer, expected, dead) => {
    const began = begin(8);
    await clock.settle();
    requests[0]?.answer(answer);
    if (typeof expected === 'string') expect(await began).toBe(expected);
    else expect(await began).toMatchObject(expected);
    expect(deadLetters).toEqual(dead);
  });

  it('sends one request at a time, and the next carries everything asked for meanwhile', async () => {
    const first = begin(1);
    await clock.settle();
    const began = [first, begin(2), begin(3)];
    await clock.settle();
    expect(idsAsked()).toEqual([[1]]);
    requests[0]?.answer([2]);
    await clock.settle();
    expect(idsAsked()).toEqual([[1], [2, 3]]);
    requests[1]?.answer([5, 'dead letter']);
    expect(await Promise.all(began)).toMatchObject([{ number: 2 }, { number: 5 }, 'dead letter']);
  });

  it('asks for at most 100 in one request', async () => {
    void begin(0);
    await clock.settle();
    for (let id = 1; id <= 150; id++) void begin(id);
    await clock.settle();
    requests[0]?.answer([1]);
    await clock.settle();
    requests[1]?.answer(requests[1].ids.map(() => 1));
    await clock.settle();
    expect(idsAsked().map((ids) => ids.length)).toEqual([1, 100, 50]);
  });
});

describe('suspects', () => {
  it('are counted one by one: the next when the one before has ended', async () => {
    const first = begin(1, poisonAttempts);
    void begin(2, poisonAttempts);
    await clock.settle();
    requests[0]?.answer([3]);
    await clock.settle();
    expect(idsAsked()).toEqual([[1]]);
    const attempt = await first;
    if (typeof attempt === 'object') attempt.release();
    await clock.settle();
    expect(idsAsked()).toEqual([[1], [2]]);
  });

  it.each([[['dead letter'] as const], [undefined]])(
    'let the next in when their own handler does not run: %j',
    async (answer) => {
      void begin(1, poisonAttempts);
      void begin(2, poisonAttempts);
      await clock.settle();
      requests[0]?.answer(answer);
      await clock.settle();
      expect(idsAsked()).toEqual([[1], [2]]);
    },
  );

  it('run, and are known to have ended, before anything else is counted, even what came first', async () => {
    void begin(1);
    const suspect = begin(2, poisonAttempts);
    await clock.settle();
    requests[0]?.answer([3]);
    await clock.settle();
    expect(idsAsked()).toEqual([[2]]);
    const attempt = await suspect;
    if (typeof attempt === 'object') attempt.release();
    await clock.settle();
    requests[1]?.answer([]);
    await clock.settle();
    expect(idsAsked()).toEqual([[2], [], [1]]);
    expect(counter.untilOthersMayBegin()).toBeUndefined();
  });

  it('are not waited for by an update with no attempt left: no handler of it runs', async () => {
    void begin(1, poisonAttempts);
    void begin(2, attemptsMax);
    await clock.settle();
    expect(idsAsked().flat()).toContain(2);
  });
});

import { beforeEach, expect, it } from 'vitest';
import { MicroBatcher } from '../../../services/core/queue/micro-batcher.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

interface Item {
  readonly key: string;
  readonly size: number;
}

let clock: VirtualClock;
let requests: string[];
let answers: PromiseWithResolvers<readonly string[]>[];
let batcher: MicroBatcher<Item, string>;
beforeEach(() => {
  clock = new VirtualClock();
  requests = [];
  answers = [];
  batcher = new MicroBatcher<Item, string>({
    clock,
    countMax: 3,
    sizeMax: 10,
    requestsMax: 2,
    sizeOf: ({ size }) => size,
    keyOf: ({ key }) => key,
    request: (items) => {
      requests.push(items.map(({ key }) => key).join(''));
      const answer = Promise.withResolvers<readonly string[]>();
      answers.push(answer);
      return answer.promise;
    },
  });
});

function add(keys: string, size = 1): readonly Promise<string>[] {
  return [...keys].map((key) => batcher.add({ key, size }));
}

function answer(index: number): void {
  answers[index]?.resolve([...(requests[index] ?? '')].map((key) => `${key}!`));
}

it('puts what comes together into one request, and gives each its result', async () => {
  const results = Promise.all(add('abc'));
  await clock.advance(0);
  expect(requests).toEqual(['abc']);
  answer(0);
  expect(await results).toEqual(['a!', 'b!', 'c!']);
});

it('fills requests up to the count, and lets the rest wait while all are under way', async () => {
  add('abcdefgh');
  await clock.advance(0);
  expect(requests).toEqual(['abc', 'def']);
  answer(1);
  await clock.advance(0);
  expect(requests).toEqual(['abc', 'def', 'gh']);
});

it('fills requests up to the size, but sends what is larger alone', async () => {
  add('ab', 6);
  add('c', 11);
  await clock.advance(0);
  expect(requests).toEqual(['a', 'b']);
  answer(0);
  await clock.advance(0);
  expect(requests).toEqual(['a', 'b', 'c']);
});

it('never has two of one key under way, and keeps their order', async () => {
  add('aab');
  add('a');
  await clock.advance(0);
  expect(requests).toEqual(['ab']);
  answer(0);
  await clock.advance(0);
  expect(requests).toEqual(['ab', 'a']);
  answer(1);
  await clock.advance(0);
  expect(requests).toEqual(['ab', 'a', 'a']);
});

it('fails each item of a request that fails, and goes on', async () => {
  const failed = Promise.allSettled(add('ab'));
  await clock.advance(0);
  answers[0]?.reject(new Error('away'));
  expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  add('a');
  await clock.advance(0);
  expect(requests).toEqual(['ab', 'a']);
});

import { beforeEach, describe, expect, it } from 'vitest';
import { aloneForMs, besideOthersMax, PoisonQueue } from '../../../services/core/updates/poison-queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let queue: PoisonQueue;
let log: string[];
let inside: number;
let mostInside: number;

beforeEach(() => {
  clock = new VirtualClock();
  queue = new PoisonQueue(clock);
  log = [];
  inside = 0;
  mostInside = 0;
});

async function run(name: string, tookMs: number, isAccused = false): Promise<void> {
  const { mode, release } = await queue.acquire({ isAccused });
  inside++;
  mostInside = Math.max(mostInside, inside);
  log.push(`${name} in ${mode}`);
  await clock.sleep(tookMs);
  log.push(`${name} out`);
  inside--;
  release();
}

describe('suspects', () => {
  it('run alone, in the order in which they came', async () => {
    void run('a', 300);
    void run('b', 0);
    void run('c', 0);
    await clock.advance(1000);
    expect(log).toEqual(['a in alone', 'a out', 'b in alone', 'b out', 'c in alone', 'c out']);
  });

  it('run beside one another when too many are left, but no more than a crash may accuse', async () => {
    const handlerMs = 2000;
    for (let i = 0; i < 1000; i++) void run(String(i), handlerMs);
    await clock.advance(60_000);
    expect(log.filter((line) => line.endsWith('out'))).toHaveLength(1000);
    expect(mostInside).toBe(besideOthersMax);
    expect(log.filter((line) => line.endsWith('in alone'))).toHaveLength(Math.ceil(aloneForMs / handlerMs));
  });

  it('run alone even late in a term if no other waits', async () => {
    void run('early', 0);
    await clock.advance(10 * aloneForMs);
    void run('late', 0);
    await clock.advance(1000);
    expect(log).toContain('late in alone');
  });
});

describe('the accused', () => {
  it('run alone, before other suspects, for as long as there are any', async () => {
    void run('suspect 1', 1000);
    for (const name of ['accused 1', 'accused 2', 'accused 3']) void run(name, 2 * aloneForMs, true);
    void run('suspect 2', 1000);
    await clock.advance(10 * aloneForMs);
    const begun = log.filter((line) => line.includes(' in '));
    expect(begun.map((line) => line.slice(0, 9))).toEqual([
      ...['accused 1', 'accused 2', 'accused 3'],
      ...['suspect 1', 'suspect 2'],
    ]);
    expect(begun.slice(0, 3).every((line) => line.endsWith('alone'))).toBe(true);
    expect(log.indexOf('accused 3 out')).toBeLessThan(log.findIndex((line) => line.startsWith('suspect')));
  });

  it('wait until those who run beside one another have ended', async () => {
    void run('first', aloneForMs);
    await clock.advance(1);
    for (const name of ['a', 'b', 'c']) void run(name, 1000);
    await clock.advance(aloneForMs + 500);
    expect(log.slice(-3)).toEqual(['a in beside others', 'b in beside others', 'c in beside others']);
    void run('accused', 100, true);
    void run('later', 0);
    await clock.advance(5000);
    expect(log.slice(-7)).toEqual([
      ...['a out', 'b out', 'c out', 'accused in alone', 'accused out'],
      ...['later in alone', 'later out'],
    ]);
  });
});

it('lets only one more in when a suspect is released twice', async () => {
  const { release } = await queue.acquire({ isAccused: false });
  let entered = 0;
  for (let i = 0; i < 2; i++) void queue.acquire({ isAccused: false }).then(() => entered++);
  release();
  release();
  await clock.settle();
  expect(entered).toBe(1);
});

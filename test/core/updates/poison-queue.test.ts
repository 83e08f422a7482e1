import { beforeEach, describe, expect, it } from 'vitest';
import {
  accusedAloneForMs,
  aloneForMs,
  aloneMaxMs,
  besideOthersMax,
  PoisonQueue,
} from '../../../services/core/updates/poison-queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let queue: PoisonQueue;
let recorded: number;
let log: string[];
let inside: number;
let mostInside: number;

beforeEach(() => {
  clock = new VirtualClock();
  queue = new PoisonQueue({ clock, recordEnded });
  recorded = 0;
  log = [];
  inside = 0;
  mostInside = 0;
});

const roundTripMs = 30;

async function recordEnded(): Promise<void> {
  await clock.sleep(roundTripMs);
  recorded++;
}

async function run(name: string, tookMs: number, isAccused = false): Promise<void> {
  const { mode, begun, release } = await queue.acquire({ isAccused });
  begun();
  inside++;
  mostInside = Math.max(mostInside, inside);
  log.push(`${name} in ${mode}`);
  await clock.sleep(tookMs);
  log.push(`${name} out`);
  inside--;
  release();
}

async function others(): Promise<void> {
  await queue.untilOpen();
  log.push('others begin');
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

  it('include the next of a lane, which asks when the one before it has ended', async () => {
    void run('a', 100).then(() => run('b', 0));
    void others();
    await clock.advance(1000);
    expect(log).toEqual(['a in alone', 'a out', 'b in alone', 'b out', 'others begin']);
  });
});

describe('everything else', () => {
  it('begins at once in a term without suspects', async () => {
    await others();
    expect([queue.untilOpen(), recorded]).toEqual([undefined, 0]);
  });

  it('begins only when the store knows that the suspects have ended', async () => {
    void run('a', 100);
    void others();
    await clock.advance(100);
    expect([recorded, log]).toEqual([0, ['a in alone', 'a out']]);
    await clock.advance(roundTripMs);
    expect([recorded, log.at(-1)]).toEqual([1, 'others begin']);
  });

  it('begins once no suspect is left to run alone', async () => {
    void others();
    void run('a', 1000);
    void run('b', aloneForMs);
    void run('c', 0);
    await clock.advance(10_000);
    const first = ['a in alone', 'a out', 'b in alone', 'b out'];
    expect(log).toEqual([...first, 'others begin', 'c in beside others', 'c out']);
  });

  it('is held up for only so long by a suspect that does not end', async () => {
    void run('endless', 10 * aloneMaxMs);
    void run('next', 0);
    void others();
    await clock.advance(aloneMaxMs - 1);
    expect(log).toEqual(['endless in alone']);
    await clock.advance(1);
    expect(log.slice(1)).toEqual(expect.arrayContaining(['others begin', 'next in beside others']));
  });

  it('waits for a suspect whose attempt is not counted yet, however slow the store', async () => {
    const { begun } = await queue.acquire({ isAccused: false });
    void others();
    await clock.advance(10 * aloneMaxMs);
    expect(log).toEqual([]);
    begun();
    await clock.advance(aloneMaxMs);
    expect(log).toEqual(['others begin']);
  });

  it('is beside every suspect that comes later', async () => {
    await others();
    void run('late', 0);
    await clock.advance(1000);
    expect(log).toContain('late in beside others');
  });
});

describe('the accused', () => {
  it('run alone, before other suspects and for longer', async () => {
    void run('suspect', 1000);
    for (const name of ['accused 1', 'accused 2', 'accused 3']) void run(name, aloneForMs, true);
    void others();
    await clock.advance(10 * aloneForMs);
    const begun = log.filter((line) => / in | begin/.test(line));
    expect(begun).toEqual([
      ...['accused 1 in alone', 'accused 2 in alone', 'accused 3 in alone'],
      ...['others begin', 'suspect in beside others'],
    ]);
    expect(log.indexOf('accused 3 out')).toBeLessThan(log.indexOf('others begin'));
  });

  it('do not hold up the others without end', async () => {
    for (let i = 0; i < besideOthersMax; i++) void run(String(i), aloneForMs, true);
    void others();
    await clock.advance(accusedAloneForMs + aloneForMs);
    expect(log).toContain('others begin');
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

import { beforeEach, describe, expect, it } from 'vitest';
import type { Attempt, ReceivedUpdate } from '../../../services/core/updates/handler-run.ts';
import { Lanes } from '../../../services/core/updates/lanes.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const handlerMs = 100;

let clock: VirtualClock;
let log: string[];
let counted: number[];
let released: number;
let busyAtStandstill: number[];
let mayBegin: boolean;
let mayAct: boolean;
let countAnswer: 'counted' | 'dead letter' | 'term over';
/** Closed while it is there. */
let gate: PromiseWithResolvers<void> | undefined;
let lanes: Lanes<ReceivedUpdate>;

beforeEach(() => {
  clock = new VirtualClock();
  log = [];
  counted = [];
  released = 0;
  busyAtStandstill = [];
  mayBegin = true;
  mayAct = true;
  countAnswer = 'counted';
  gate = undefined;
  lanes = new Lanes<ReceivedUpdate>({
    mayBegin: () => mayBegin && mayAct,
    mayAct: () => mayAct,
    untilOthersMayBegin: () => gate?.promise,
    onStandstill: () => void busyAtStandstill.push(lanes.busyCount),
    countAttempt: async ({ update }) => {
      counted.push(update.update_id);
      if (countAnswer !== 'counted') return countAnswer;
      return { number: 9, release: () => void released++ };
    },
    runHandler: async ({ update }, { number }: Attempt) => {
      log.push(`${update.update_id} begins ${number}`);
      await clock.sleep(handlerMs);
      log.push(`${update.update_id} ends`);
    },
    onEnded: ({ update }) => void log.push(`${update.update_id} moved on, ${lanes.busyCount} busy`),
  });
});

const add = (lane: string, id: number, isReplay = false): void =>
  lanes.add({ update: { update_id: id }, lane, attempt: 1, isReplay });

describe('lanes', () => {
  it('begin no handler before `start`', async () => {
    add('a', 1);
    await clock.advance(1000);
    expect(log).toEqual([]);
    lanes.start();
    await clock.advance(1000);
    expect(log).toContain('1 ends');
  });

  it('run one handler at a time in order within a lane, and different lanes side by side', async () => {
    add('a', 1);
    add('a', 2);
    add('b', 3);
    lanes.start();
    await clock.advance(1000);
    expect(log).toEqual([
      '1 begins 1',
      '3 begins 1',
      '1 ends',
      '1 moved on, 2 busy',
      '2 begins 1',
      '3 ends',
      '3 moved on, 1 busy',
      '2 ends',
      '2 moved on, 0 busy',
    ]);
  });

  it('run what joins a busy lane without another `start`', async () => {
    add('a', 1);
    lanes.start();
    await clock.advance(handlerMs / 2);
    add('a', 2);
    await clock.advance(1000);
    expect(log).toContain('2 ends');
  });

  it('dispatch nothing once the term may not act', async () => {
    add('a', 1);
    add('a', 2);
    lanes.start();
    await clock.advance(handlerMs / 2);
    mayAct = false;
    await clock.advance(1000);
    expect(log).toEqual(['1 begins 1', '1 ends', '1 moved on, 1 busy']);
    expect(lanes.busyCount).toBe(0);
  });

  it('begin nothing once that is forbidden, and say when each stands still', async () => {
    add('a', 1);
    add('a', 2);
    lanes.start();
    add('b', 3);
    await clock.advance(handlerMs / 2);
    mayBegin = false;
    lanes.start();
    await clock.settle();
    expect(busyAtStandstill).toEqual([1]);
    await clock.advance(1000);
    expect(log).toEqual(['1 begins 1', '1 ends', '1 moved on, 1 busy']);
    expect(busyAtStandstill).toEqual([1, 0]);
  });
});

describe('an update that is no replay', () => {
  it('waits while a suspect runs alone, and keeps its place', async () => {
    gate = Promise.withResolvers();
    add('a', 1);
    add('a', 2);
    lanes.start();
    await clock.advance(1000);
    expect([log, lanes.busyCount]).toEqual([[], 1]);
    gate.resolve();
    gate = undefined;
    await clock.advance(1000);
    expect(log).toEqual(expect.arrayContaining(['1 begins 1', '2 begins 1']));
  });

  it('does not begin after that wait if nothing may begin any more', async () => {
    gate = Promise.withResolvers();
    add('a', 1);
    lanes.start();
    mayBegin = false;
    gate.resolve();
    await clock.advance(1000);
    expect([log, lanes.busyCount]).toEqual([[], 0]);
  });
});

describe('a replayed update', () => {
  it('is counted before its handler runs, with the number that was counted', async () => {
    add('a', 1, true);
    add('b', 2);
    lanes.start();
    await clock.advance(1000);
    expect(counted).toEqual([1]);
    expect(log).toEqual(expect.arrayContaining(['1 begins 9', '2 begins 1']));
  });

  it('lets the next suspect begin once it has ended, not before', async () => {
    add('a', 1, true);
    lanes.start();
    await clock.advance(handlerMs / 2);
    expect(released).toBe(0);
    await clock.advance(handlerMs);
    expect(released).toBe(1);
  });

  it('that is a dead letter is not handled, and its lane moves on', async () => {
    countAnswer = 'dead letter';
    add('a', 1, true);
    add('a', 2);
    lanes.start();
    await clock.advance(1000);
    expect(log).toEqual(['1 moved on, 1 busy', '2 begins 1', '2 ends', '2 moved on, 0 busy']);
  });

  it('stays unsettled when the term ends while it is counted', async () => {
    countAnswer = 'term over';
    add('a', 1, true);
    add('a', 2);
    lanes.start();
    await clock.advance(1000);
    expect(log).toEqual([]);
    expect(lanes.busyCount).toBe(0);
  });

  it('is not even counted once the term may not act', async () => {
    add('a', 1, true);
    mayAct = false;
    lanes.start();
    await clock.advance(1000);
    expect([counted, lanes.busyCount]).toEqual([[], 0]);
  });

  it('is still handled when nothing may begin any more once it is counted: the attempt would be lost', async () => {
    add('a', 1, true);
    lanes.start();
    mayBegin = false;
    await clock.advance(1000);
    expect(log).toContain('1 begins 9');
  });

  it('is not dispatched when the term may not act any more once it is counted', async () => {
    add('a', 1, true);
    lanes.start();
    mayAct = false;
    await clock.advance(1000);
    expect([counted, log]).toEqual([[1], []]);
  });
});

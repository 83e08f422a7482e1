import { beforeEach, describe, expect, it } from 'vitest';
import { readClocks } from '../../../services/core/lease/act-window.ts';
import { TermOverError } from '../../../services/core/lease/errors.ts';
import { leaseTimes } from '../../../services/core/lease/lease-times.ts';
import { type EndReason, Term } from '../../../services/core/lease/term.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const times = leaseTimes({ ttlMs: 30_000, renewMs: 10_000 });
let clock: VirtualClock;
let term: Term;

beforeEach(async () => {
  clock = new VirtualClock();
  const sentAt = readClocks(clock);
  await clock.advance(400);
  term = new Term({ clock, times, value: 'v', epoch: 3, sentAt, storeAheadMs: 0 });
});

describe('whether a term may act', () => {
  it('is decided by the time since its request was sent, not by the answer', async () => {
    expect(term.deadlineMs).toBe(times.actForMs);
    await clock.advance(times.actForMs - 401);
    expect(term.mayAct()).toBe(true);
    await clock.advance(1);
    expect(term.mayAct()).toBe(false);
    expect(term.endReason).toBe('expired');
  });

  it('is known right after a pause, before any timer fires', () => {
    clock.pause(times.ttlMs);
    expect(term.overSignal.aborted).toBe(false);
    expect(term.mayAct()).toBe(false);
    expect(term.overSignal.aborted).toBe(true);
  });

  it.each([
    ['as far as the margin', () => times.marginMs, true],
    ['further than the margin', () => times.marginMs + 1, false],
    ['back by an hour', () => -3_600_000, true],
  ])('when the wall clock alone steps %s: %s', (_name, stepMs, mayAct) => {
    clock.stepWall(stepMs());
    expect(term.mayAct()).toBe(mayAct);
    expect(term.endReason).toBe(mayAct ? undefined : 'clock-jumped');
  });

  it('never becomes yes again', () => {
    clock.pause(times.actForMs);
    expect(term.mayAct()).toBe(false);
    term.renewed(readClocks(clock));
    expect(term.mayAct()).toBe(false);
  });
});

describe('a renewal', () => {
  it('moves the deadline on from when it was sent', async () => {
    await clock.advance(9600);
    const sentAt = readClocks(clock);
    await clock.advance(2000);
    term.renewed(sentAt);
    expect(term.deadlineMs).toBe(10_000 + times.actForMs);
  });

  it('ends the term if its answer comes after the deadline', () => {
    const sentAt = readClocks(clock);
    clock.pause(times.actForMs);
    term.renewed(sentAt);
    expect(term.endReason).toBe('expired');
  });

  it('forgets an earlier small step of the wall clock', () => {
    for (let renewal = 0; renewal < 3; renewal++) {
      clock.stepWall(times.marginMs);
      expect(term.mayAct()).toBe(true);
      term.renewed(readClocks(clock));
    }
    expect(term.mayAct()).toBe(true);
  });
});

describe('the end of a term', () => {
  it.each<EndReason>(['released', 'lost', 'expired', 'clock-jumped', 'store-clock-moved'])(
    'forbids acting when %s',
    (reason) => {
      term.end(reason);
      expect(term.mayAct()).toBe(false);
      expect(term.endingSignal.aborted).toBe(true);
      expect(term.overSignal.reason).toBeInstanceOf(TermOverError);
    },
  );

  it.each(['revoked', 'telegram-unreachable'] as const)(
    'lets a term that is %s act until its deadline',
    async (reason) => {
      term.end(reason);
      expect(term.endingSignal.aborted).toBe(true);
      expect(term.mayAct()).toBe(true);
      await clock.advance(times.actForMs);
      expect(term.mayAct()).toBe(false);
    },
  );

  it('keeps its first reason', () => {
    term.end('revoked');
    term.end('released');
    expect(term.endReason).toBe('revoked');
    expect(term.mayAct()).toBe(false);
  });
});

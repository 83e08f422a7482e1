import { beforeEach, describe, expect, it } from 'vitest';
import { TermOverError } from '../../../services/core/lease/errors.ts';
import { leaseTimes } from '../../../services/core/lease/lease-times.ts';
import { readClocks, Term } from '../../../services/core/lease/term.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const times = leaseTimes({ ttlMs: 30_000, renewMs: 10_000 });
let clock: VirtualClock;
let term: Term;
beforeEach(() => {
  clock = new VirtualClock();
  term = new Term({ clock, times, value: 'v', epoch: 1, sentAt: readClocks(clock), storeAheadMs: 0 });
});

const signals = () => ({ ending: term.endingSignal.aborted, over: term.overSignal.aborted });

describe('a term’s deadline', () => {
  it('is TTL × 0.99 − margin after the request was sent', async () => {
    await clock.advance(26_699);
    expect(term.mayAct()).toBe(true);
    await clock.advance(1);
    expect(term.mayAct()).toBe(false);
    expect(term.endReason).toBe('expired');
  });

  it('counts from before the acquire was sent, not from its answer', async () => {
    const sentAt = readClocks(clock);
    await clock.advance(2500);
    term = new Term({ clock, times, value: 'v', epoch: 1, sentAt, storeAheadMs: 0 });
    expect(term.deadlineMs).toBe(sentAt.monotonicMs + times.actForMs);
  });

  it('holds after a pause during which no timer fired', async () => {
    // Nothing sleeps on this clock: only the clock itself can tell that time has passed.
    await clock.advance(3_600_000);
    expect(signals()).toEqual({ ending: false, over: false });
    expect(term.mayAct()).toBe(false);
    expect(signals()).toEqual({ ending: true, over: true });
  });

  it('moves with a renewal, counted from before that was sent', async () => {
    await clock.advance(10_000);
    const sentAt = readClocks(clock);
    await clock.advance(2500);
    term.renewed(sentAt);
    expect(term.deadlineMs).toBe(10_000 + times.actForMs);
    await clock.advance(times.actForMs - 2501);
    expect(term.mayAct()).toBe(true);
    await clock.advance(1);
    expect(term.mayAct()).toBe(false);
  });

  it('is not moved by an answer that arrives after it', async () => {
    await clock.advance(26_000);
    const sentAt = readClocks(clock);
    await clock.advance(700);
    term.renewed(sentAt);
    expect(term.mayAct()).toBe(false);
    expect(term.endReason).toBe('expired');
    expect(term.deadlineMs).toBe(times.actForMs);
  });
});

describe('a wall clock that moves against the monotonic one', () => {
  it.each([
    ['stays within the margin', times.marginMs, undefined],
    ['runs ahead by more than the margin', times.marginMs + 1, 'clock-jumped'],
    ['is set back, as NTP may do', -3_600_000, undefined],
  ])('%s', (_name, stepMs, endReason) => {
    clock.stepWall(stepMs);
    expect(term.mayAct()).toBe(endReason === undefined);
    expect(term.endReason).toBe(endReason);
  });

  it('is compared since the last renewal, so that small steps do not add up', async () => {
    clock.stepWall(times.marginMs);
    term.renewed(readClocks(clock));
    clock.stepWall(times.marginMs);
    expect(term.mayAct()).toBe(true);
  });

  it('ends the term for good, even if it is set right again', () => {
    clock.stepWall(times.marginMs + 1);
    expect(term.mayAct()).toBe(false);
    clock.stepWall(-times.marginMs - 1);
    expect(term.mayAct()).toBe(false);
  });
});

describe('ending a term', () => {
  it.each(['released', 'lost', 'expired', 'clock-jumped'] as const)(
    'forbids acting at once when %s',
    (reason) => {
      term.end(reason);
      expect(term.mayAct()).toBe(false);
      expect(signals()).toEqual({ ending: true, over: true });
      expect(term.overSignal.reason).toBeInstanceOf(TermOverError);
      expect(term.endReason).toBe(reason);
    },
  );

  it('allows acting until the deadline when revoked, so that handlers can drain', async () => {
    term.end('revoked');
    expect(signals()).toEqual({ ending: true, over: false });
    await clock.advance(26_699);
    expect(term.mayAct()).toBe(true);
    await clock.advance(1);
    expect(term.mayAct()).toBe(false);
  });

  it('keeps the first reason', async () => {
    term.end('revoked');
    await clock.advance(26_700);
    expect(term.mayAct()).toBe(false);
    term.end('released');
    expect(term.endReason).toBe('revoked');
  });
});

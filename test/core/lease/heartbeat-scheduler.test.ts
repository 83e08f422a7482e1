import { beforeEach, describe, expect, it } from 'vitest';
import { readHeartbeat } from '../../../services/core/lease/heartbeat.ts';
import { HeartbeatScheduler } from '../../../services/core/lease/heartbeat-scheduler.ts';
import { PollHealth } from '../../../services/core/lease/poll-health.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const renewMs = 10_000;
const intervalMs = 20_000;
const pollDeadlineMs = 40_000;
let clock: VirtualClock;
let health: PollHealth;
let beat: HeartbeatScheduler;
beforeEach(() => {
  clock = new VirtualClock({ wallMs: Date.UTC(2026, 2, 1, 3) });
  health = new PollHealth(pollDeadlineMs);
  beat = new HeartbeatScheduler({
    clock,
    renewMs,
    intervalMs,
    holder: { host: 'h', pid: 7, env: 'production' },
    epoch: 3,
    version: '1.2.3',
    health,
    inFlight: () => 2,
    storeAheadMs: 0,
    finished: { ids: () => [11, 12], onRemoved: () => {} },
  });
});

const poll = (): void => health.succeeded({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() });
/** A renewal that the store answers at once, by a clock that is so far ahead. */
const renew = (storeAheadMs = 0): string | undefined => {
  const payload = beat.payload();
  beat.onRenewed(payload, clock.wallMs() + storeAheadMs);
  return payload.heartbeat;
};

describe('when the next renewal is due', () => {
  it('is a renewal later while no poll has succeeded', async () => {
    expect(beat.dueInMs()).toBe(renewMs);
    await clock.advance(4000);
    expect(beat.dueInMs()).toBe(renewMs - 4000);
    await clock.advance(20_000);
    expect(beat.dueInMs()).toBe(0);
  });

  it('is at once after the first good poll, and then as the renewals go', () => {
    poll();
    expect(beat.dueInMs()).toBe(0);
    renew();
    expect(beat.dueInMs()).toBe(renewMs);
  });
});

describe('what a renewal takes along', () => {
  it('is the finished updates, and no heartbeat before a poll succeeded', () => {
    expect(beat.payload()).toEqual({ finishedUpdateIds: [11, 12] });
  });

  it('is one heartbeat an interval', async () => {
    poll();
    expect(renew()).toBeDefined();
    await clock.advance(intervalMs - 1);
    expect(renew()).toBeUndefined();
    await clock.advance(1);
    expect(renew()).toBeDefined();
  });

  it('is no heartbeat through a poll that hangs, or after one that failed', async () => {
    poll();
    renew();
    await clock.advance(pollDeadlineMs + 1);
    expect(renew()).toBeUndefined();
    poll();
    health.failedWith('getUpdates: 502');
    expect(renew()).toBeUndefined();
  });

  it('is a heartbeat again next time when the renewal was not answered', () => {
    poll();
    expect(beat.payload().heartbeat).toBeDefined();
    expect(beat.payload().heartbeat).toBeDefined();
  });
});

describe('a heartbeat', () => {
  it('says who polls, how it goes, and when, and is read back', async () => {
    poll();
    await clock.advance(1500);
    const reading = readHeartbeat(renew() ?? null);
    expect(reading).toMatchObject({
      kind: 'present',
      tsMs: clock.wallMs(),
      heartbeat: {
        host: 'h',
        pid: 7,
        env: 'production',
        ts: '2026-03-01T03:00:01.500Z',
        last_poll_ts: '2026-03-01T03:00:00.000Z',
        last_error: null,
        in_flight: 2,
        epoch: 3,
        version: '1.2.3',
      },
    });
  });

  it('is on the store’s clock from the first one on, even if this machine’s clock is six minutes slow', () => {
    const storeAheadMs = 360_000;
    const first = new HeartbeatScheduler({
      ...{ clock, renewMs, intervalMs, health, storeAheadMs },
      holder: { host: 'h', pid: 7, env: 'production' },
      epoch: 3,
      version: '1.2.3',
      inFlight: () => 0,
      finished: { ids: () => [], onRemoved: () => {} },
    });
    poll();
    expect(readHeartbeat(first.payload().heartbeat ?? null)).toMatchObject({
      tsMs: clock.wallMs() + storeAheadMs,
    });
  });

  it('is on the store’s clock, as the last renewal showed it', async () => {
    poll();
    renew(90_000);
    await clock.advance(intervalMs);
    expect(readHeartbeat(renew() ?? null)).toMatchObject({ tsMs: clock.wallMs() + 90_000 });
  });
});

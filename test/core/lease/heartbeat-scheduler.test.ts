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
let scheduler: HeartbeatScheduler;
let removed: number[];
beforeEach(() => {
  clock = new VirtualClock({ wallMs: Date.UTC(2026, 2, 1, 3) });
  health = new PollHealth(pollDeadlineMs);
  removed = [];
  scheduler = makeScheduler();
});

function makeScheduler({ storeAheadMs = 0 } = {}): HeartbeatScheduler {
  return new HeartbeatScheduler({
    clock,
    renewMs,
    intervalMs,
    holder: { host: 'h', pid: 7, env: 'production' },
    botId: '42',
    epoch: 3,
    version: '1.2.3',
    health,
    inFlight: () => 2,
    storeAheadMs,
    finished: { ids: () => [11, 12], onRemoved: (ids) => removed.push(...ids) },
  });
}

const poll = (): void => health.succeeded({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() });
/** A renewal that the store answers at once, with its clock this far ahead; returns the heartbeat it carried. */
const renew = (storeAheadMs = 0): string | undefined => {
  const payload = scheduler.payload();
  scheduler.onRenewed(payload, clock.wallMs() + storeAheadMs);
  return payload.heartbeat;
};

describe('HeartbeatScheduler.dueInMs', () => {
  it('is one renewal interval while no poll has succeeded', async () => {
    expect(scheduler.dueInMs()).toBe(renewMs);
    await clock.advance(4000);
    expect(scheduler.dueInMs()).toBe(renewMs - 4000);
    await clock.advance(20_000);
    expect(scheduler.dueInMs()).toBe(0);
  });

  it('is zero after the first successful poll, then one renewal interval again', () => {
    poll();
    expect(scheduler.dueInMs()).toBe(0);
    renew();
    expect(scheduler.dueInMs()).toBe(renewMs);
  });
});

describe('the payload of a renewal', () => {
  it('holds the finished updates, and no heartbeat before a poll has succeeded', () => {
    expect(scheduler.payload()).toEqual({ finishedUpdateIds: [11, 12] });
  });

  it('holds one heartbeat per interval', async () => {
    poll();
    expect(renew()).toBeDefined();
    await clock.advance(intervalMs - 1);
    expect(renew()).toBeUndefined();
    await clock.advance(1);
    expect(renew()).toBeDefined();
  });

  it('holds no heartbeat while a poll hangs or after one failed', async () => {
    poll();
    renew();
    await clock.advance(pollDeadlineMs + 1);
    expect(renew()).toBeUndefined();
    poll();
    health.failedWith('getUpdates: 502');
    expect(renew()).toBeUndefined();
  });

  it('holds the heartbeat again if the renewal got no answer', () => {
    poll();
    expect(scheduler.payload().heartbeat).toBeDefined();
    expect(scheduler.payload().heartbeat).toBeDefined();
  });
});

describe('why polls fail', () => {
  const renewal = () => {
    const payload = scheduler.payload();
    scheduler.onRenewed(payload, clock.wallMs());
    return payload;
  };

  it('is in one renewal, and in another when it changes', () => {
    health.failedWith('getUpdates: 502');
    expect(renewal()).toEqual({ pollError: 'getUpdates: 502', finishedUpdateIds: [11, 12] });
    expect(renewal().pollError).toBeUndefined();
    health.failedWith('getUpdates: 409');
    expect(renewal().pollError).toBe('getUpdates: 409');
  });

  it('is in the next renewal again if this one got no answer', () => {
    health.failedWith('getUpdates: 502');
    expect(scheduler.payload().pollError).toBe('getUpdates: 502');
    expect(scheduler.payload().pollError).toBe('getUpdates: 502');
  });

  it('is cleared by a heartbeat as soon as a poll succeeds', async () => {
    poll();
    renew();
    health.failedWith('getUpdates: 502');
    await clock.advance(renewMs);
    renewal();
    expect(scheduler.isHeartbeatDue()).toBe(false);
    poll();
    expect([scheduler.isHeartbeatDue(), scheduler.dueInMs()]).toEqual([true, 0]);
    expect(readHeartbeat(renew() ?? null)).toMatchObject({ heartbeat: { last_error: null } });
    expect(scheduler.isHeartbeatDue()).toBe(false);
  });
});

it('reports entries as removed only once the store has confirmed the renewal', () => {
  const payload = scheduler.payload();
  expect(removed).toEqual([]);
  scheduler.onRenewed(payload, clock.wallMs());
  expect(removed).toEqual([11, 12]);
});

describe('a heartbeat', () => {
  it('says who polls, when, and with what result, and can be read back', async () => {
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
        bot: '42',
        epoch: 3,
        version: '1.2.3',
      },
    });
  });

  it.each([
    ['six minutes slow', 360_000],
    ['six minutes fast', -360_000],
  ])('is on the store’s clock from the first one, on a machine that is %s', (_name, storeAheadMs) => {
    scheduler = makeScheduler({ storeAheadMs });
    poll();
    expect(readHeartbeat(scheduler.payload().heartbeat ?? null)).toMatchObject({
      tsMs: clock.wallMs() + storeAheadMs,
      heartbeat: { last_poll_ts: new Date(clock.wallMs() + storeAheadMs).toISOString() },
    });
  });

  it('is on the store’s clock, corrected by each renewal', async () => {
    poll();
    renew(90_000);
    await clock.advance(intervalMs);
    expect(readHeartbeat(renew() ?? null)).toMatchObject({ tsMs: clock.wallMs() + 90_000 });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { WorkerState } from '../../services/bot/worker-state.ts';
import { readClocks } from '../../services/core/lease/act-window.ts';
import { leaseTimes } from '../../services/core/lease/lease-times.ts';
import { PollHealth } from '../../services/core/lease/poll-health.ts';
import { Term } from '../../services/core/lease/term.ts';
import type { PollingSession } from '../../services/core/updates/polling-session.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const silenceMaxMs = 180_000;
let clock: VirtualClock;
let health: PollHealth;
let state: WorkerState;
let reach: { unreachableMs: number };
beforeEach(() => {
  clock = new VirtualClock({ wallMs: Date.UTC(2026, 2, 1, 3) });
  health = new PollHealth(40_000);
  reach = { unreachableMs: 0 };
  state = new WorkerState(health, reach);
});

const report = () => state.report(clock.monotonicMs());
const succeed = () => health.succeeded({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() });
const standBy = () => state.standBy({ value: '{"host":"h","pid":7}', ttlMs: 5000 }, clock.monotonicMs());

function lead(): Term {
  const times = leaseTimes({ ttlMs: 3_600_000, renewMs: 1_200_000 });
  const term = new Term({ clock, times, value: 'v', epoch: 3, sentAt: readClocks(clock), storeAheadMs: 0 });
  state.lead(term, clock.monotonicMs());
  return term;
}

describe('the health of a worker that gave its lock up because Telegram is out of reach', () => {
  it('is that of a leader that cannot poll: bad after three minutes, until Telegram answers', () => {
    standBy();
    reach.unreachableMs = silenceMaxMs;
    expect(report().healthy).toBe(true);
    reach.unreachableMs += 1000;
    expect(report()).toMatchObject({
      healthy: false,
      body: { role: 'standby', reason: 'Telegram has been out of reach for 181 s' },
    });
    lead();
    expect(report()).toMatchObject({ healthy: false, body: { role: 'leader' } });
    reach.unreachableMs = 0;
    expect(report().healthy).toBe(true);
  });
});

describe('the health of a standby', () => {
  it('is bad until the store has answered', () => {
    expect(report()).toEqual({
      healthy: false,
      body: { role: 'standby', waitingFor: null, reason: 'the store has not answered yet' },
    });
  });

  it('is good for three minutes after an answer, and names the holder', async () => {
    standBy();
    await clock.advance(silenceMaxMs);
    expect(report()).toEqual({
      healthy: true,
      body: { role: 'standby', waitingFor: 'host h, pid 7, environment unknown' },
    });
    await clock.advance(1000);
    expect(report()).toMatchObject({
      healthy: false,
      body: { reason: 'the store has been silent for 181 s' },
    });
  });
});

describe('the health of a leader', () => {
  it('shows the term, the last poll and the updates in flight', async () => {
    lead();
    succeed();
    await clock.advance(2400);
    state.session = { ledger: { inFlight: 4 } } as PollingSession;
    expect(report()).toEqual({
      healthy: true,
      body: {
        role: 'leader',
        epoch: 3,
        since: '2026-03-01T03:00:00.000Z',
        lastPollAgeSeconds: 2,
        inFlight: 4,
        lastError: null,
      },
    });
  });

  it('is good for three minutes after the last successful poll', async () => {
    lead();
    await clock.advance(100_000);
    succeed();
    health.failedWith('getUpdates: 502');
    await clock.advance(silenceMaxMs);
    expect(report()).toMatchObject({ healthy: true, body: { lastError: 'getUpdates: 502' } });
    await clock.advance(1000);
    expect(report()).toMatchObject({ healthy: false, body: { reason: 'no poll succeeded for 181 s' } });
  });

  it('counts from the start of the term before the first poll', async () => {
    await clock.advance(600_000);
    lead();
    expect(report()).toMatchObject({ healthy: true, body: { lastPollAgeSeconds: null, inFlight: 0 } });
    await clock.advance(silenceMaxMs + 1);
    expect(report().healthy).toBe(false);
  });
});

describe('leading', () => {
  it('lasts only as long as the term may act', () => {
    expect(state.isLeading()).toBe(false);
    const term = lead();
    expect(state.isLeading()).toBe(true);
    term.end('lost');
    expect(state.isLeading()).toBe(false);
  });

  it('leaves no term, session or former holder behind', () => {
    standBy();
    lead();
    state.session = { ledger: { inFlight: 4 } } as PollingSession;
    state.stopLeading();
    expect([state.term, state.session]).toEqual([undefined, undefined]);
    expect(report()).toEqual({ healthy: true, body: { role: 'standby', waitingFor: null } });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { leaseTimes } from '../../../services/core/lease/lease-times.ts';
import { TelegramReach } from '../../../services/core/lease/telegram-reach.ts';
import {
  type BotApi,
  BotApiRefusedError,
  BotApiUnreachableError,
} from '../../../services/core/platform/bot-api.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ttlMs = 30_000;
const refused = (status: number) => new BotApiRefusedError('getUpdates', { status, description: 'no' });
const unreachable = (aborted = false) =>
  new BotApiUnreachableError('getUpdates', 'HTTP 502', { aborted, cause: undefined });

let clock: VirtualClock;
let reach: TelegramReach;
let answer: unknown;
let tookMs: number;
let api: BotApi;
beforeEach(() => {
  clock = new VirtualClock();
  tookMs = 100;
  reach = new TelegramReach(clock, leaseTimes({ ttlMs, renewMs: 10_000 }));
  api = reach.watched({
    async call<Result>() {
      await clock.sleep(tookMs);
      if (answer instanceof Error) throw answer;
      return answer as Result;
    },
  });
});

/** A call with this answer; passes it on. */
async function call(given: unknown, timeoutMs = 10_000): Promise<void> {
  answer = given;
  const called = api.call('getUpdates', {}, { timeoutMs }).catch((error: unknown) => error);
  await clock.advance(tookMs);
  expect(await called).toBe(given);
}

describe('TelegramReach', () => {
  it('counts from the first call that did not get through', async () => {
    await call('fine');
    await clock.advance(5000);
    await call(unreachable());
    await clock.advance(1000);
    await call(unreachable());
    expect(reach.unreachableMs).toBe(1100);
  });

  it('counts the wait of a call that timed out too, but one TTL at most', async () => {
    await call(unreachable(), 100);
    expect(reach.unreachableMs).toBe(100);
    await call([]);
    tookMs = 2 * ttlMs;
    await call(unreachable(), 2 * ttlMs);
    expect(reach.unreachableMs).toBe(ttlMs);
  });

  it.each([
    ['a result', []],
    ['a conflict', refused(409)],
    ['a limit', refused(429)],
  ])('forgets it with %s', async (_what, given) => {
    await call(unreachable());
    await call(given);
    expect(reach.unreachableMs).toBe(0);
  });

  it('does not count a call that this process itself ended', async () => {
    await call(unreachable(true));
    expect(reach.unreachableMs).toBe(0);
  });

  it('is lost after two TTLs without an answer, and not while any comes', async () => {
    let lost: boolean | undefined;
    void reach.isLost(new AbortController().signal).then((result) => {
      lost = result;
    });
    await clock.advance(2 * ttlMs);
    await call(unreachable());
    await clock.advance(ttlMs);
    await call([]);
    await call(unreachable());
    await clock.advance(2 * ttlMs - 1);
    expect(lost).toBeUndefined();
    await clock.advance(1);
    expect(lost).toBe(true);
  });

  it('gives each term its time, whatever was seen before', async () => {
    await call(unreachable());
    await clock.advance(10 * ttlMs);
    let lost = false;
    void reach.isLost(new AbortController().signal).then((result) => {
      lost = result;
    });
    await clock.advance(2 * ttlMs - 1);
    expect(lost).toBe(false);
    await clock.advance(1);
    expect(lost).toBe(true);
  });

  it('is not lost once the term has ended', async () => {
    expect(await reach.isLost(AbortSignal.abort())).toBe(false);
  });

  it('stays out for longer each time, up to ten TTLs, and anew after a poll that succeeded', () => {
    const seconds = Array.from({ length: 6 }, () => reach.giveWay(1).delayMs / 1000);
    expect(seconds).toEqual([30, 60, 120, 240, 300, 300]);
    reach.polled();
    expect(reach.giveWay(0)).toEqual({ delayMs: 15_000, probeMs: 5000 });
    for (let i = 0; i < 5; i++) reach.giveWay(0);
    expect(reach.giveWay(1).probeMs).toBe(ttlMs);
  });
});

import { describe, expect, it } from 'vitest';
import {
  leaseTimes,
  leaseTimesProblem,
  leaseTtlMinSeconds,
} from '../../../services/core/lease/lease-times.ts';

const secondsOf = (ttlSeconds: number, renewSeconds: number) =>
  leaseTimes({ ttlMs: ttlSeconds * 1000, renewMs: renewSeconds * 1000 });

describe('leaseTimes', () => {
  it.each([
    { ttl: 30, renew: 10, rpcTimeoutMs: 3000, marginMs: 3000, actForMs: 26_700 },
    { ttl: 6, renew: 2, rpcTimeoutMs: 600, marginMs: 600, actForMs: 5340 },
    { ttl: leaseTtlMinSeconds, renew: 1, rpcTimeoutMs: 300, marginMs: 300, actForMs: 2670 },
  ])('derives time-out, margin and acting time from a TTL of $ttl s', ({ ttl, renew, ...derived }) => {
    expect(secondsOf(ttl, renew)).toMatchObject(derived);
  });

  it.each([3, 6, 30, 300])('leaves 1 %% of a TTL of %i s for drift, besides the margin', (ttl) => {
    const { ttlMs, marginMs, actForMs } = secondsOf(ttl, 1);
    expect(ttlMs - marginMs - actForMs).toBeCloseTo(ttlMs / 100);
  });
});

describe('leaseTimesProblem', () => {
  it.each([
    [30, 10],
    [30, 20.6],
    [6, 2],
    [3, 1],
  ])('accepts a TTL of %d s with a renewal every %d s', (ttl, renew) => {
    expect(leaseTimesProblem(secondsOf(ttl, renew))).toBeUndefined();
  });

  it.each([
    [30, 20.7],
    [30, 30],
    [3, 2.1],
  ])('refuses a TTL of %d s with a renewal every %d s', (ttl, renew) => {
    expect(leaseTimesProblem(secondsOf(ttl, renew))).toBeDefined();
  });

  it('spells the arithmetic out and names the longest interval that fits', () => {
    expect(leaseTimesProblem(secondsOf(30, 25))).toEqual({
      expected: 'renew + 2 × time-out < TTL × 0.99 − margin',
      got: '25 + 2 × 3 = 31, which is not below 30 × 0.99 − 3 = 26.7',
      fix: 'renew more often than every 20.7 s, or raise POLLING_LOCK_TTL_SECONDS',
    });
  });
});

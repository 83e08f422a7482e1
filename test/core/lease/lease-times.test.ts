import { describe, expect, it } from 'vitest';
import {
  leaseTimes,
  leaseTimesProblem,
  leaseTtlMinSeconds,
} from '../../../services/core/lease/lease-times.ts';

describe('the times of a lease', () => {
  it('leave the leader 89 % of the TTL: 1 % for drift, 10 % as margin', () => {
    const { rpcTimeoutMs, marginMs, actForMs } = leaseTimes({ ttlMs: 30_000, renewMs: 10_000 });
    expect({ rpcTimeoutMs, marginMs }).toEqual({ rpcTimeoutMs: 3000, marginMs: 3000 });
    expect(actForMs).toBeCloseTo(26_700, 6);
  });
});

describe('whether the times fit', () => {
  const problem = (ttlMs: number, renewMs: number) => leaseTimesProblem(leaseTimes({ ttlMs, renewMs }));

  it.each([
    [30_000, 10_000],
    [30_000, 20_600],
    [6000, 2000],
    [leaseTtlMinSeconds * 1000, 1000],
  ])('a TTL of %d ms renewed every %d ms does', (ttlMs, renewMs) => {
    expect(problem(ttlMs, renewMs)).toBeUndefined();
  });

  it.each([
    [30_000, 20_700],
    [30_000, 30_000],
    [3000, 2100],
  ])('a TTL of %d ms renewed every %d ms leaves no time for a retry', (ttlMs, renewMs) => {
    expect(problem(ttlMs, renewMs)).toBeDefined();
  });

  it('the problem spells out the arithmetic and the way out', () => {
    expect(Object.values(problem(30_000, 25_000) ?? {}).join(' · ')).toBe(
      'renew + 2 × time-out < TTL × 0.99 − margin · ' +
        '25 + 2 × 3 = 31, which is not below 30 × 0.99 − 3 = 26.7 · ' +
        'renew more often than every 20.7 s, or raise POLLING_LOCK_TTL_SECONDS',
    );
  });
});

import { expect, it } from 'vitest';
import { PollHealth } from '../../../services/core/lease/poll-health.ts';

const deadlineMs = 40_000;
const at = (monotonicMs: number) => ({ monotonicMs, wallMs: 1_000_000 + monotonicMs });

it('is not good before the first successful poll', () => {
  const health = new PollHealth(deadlineMs);
  expect(health.isGood(0)).toBe(false);
  expect(health.ageMs(5)).toBeUndefined();
  expect(health.lastSuccessWallMs).toBeUndefined();
});

it('stays good for as long as one poll may take, so a poll that hangs ends it', () => {
  const health = new PollHealth(deadlineMs);
  health.succeeded(at(1000));
  expect(health.isGood(1000 + deadlineMs)).toBe(true);
  expect(health.isGood(1001 + deadlineMs)).toBe(false);
  expect(health.ageMs(3000)).toBe(2000);
  expect(health.lastSuccessWallMs).toBe(1_001_000);
});

it('turns bad with a failure, keeps its message, and turns good again with a success', () => {
  const health = new PollHealth(deadlineMs);
  health.succeeded(at(0));
  health.failedWith('getUpdates: 502');
  expect(health.isGood(1)).toBe(false);
  expect(health.lastError).toBe('getUpdates: 502');
  expect(health.lastSuccessWallMs).toBe(1_000_000);
  health.succeeded(at(2));
  expect(health.isGood(3)).toBe(true);
  expect(health.lastError).toBeNull();
});

it('describes what a poll failed with', () => {
  const health = new PollHealth(deadlineMs, { describe: (error) => `described: ${error}` });
  health.failedWith(new TypeError('no answer'));
  expect(health.lastError).toBe('described: TypeError: no answer');
});

it('calls onSuccess after each success, when it is good already', () => {
  const seen: boolean[] = [];
  const health: PollHealth = new PollHealth(deadlineMs, {
    onSuccess: () => void seen.push(health.isGood(0)),
  });
  health.succeeded(at(0));
  health.failedWith('getUpdates: 502');
  expect(seen).toEqual([true]);
});

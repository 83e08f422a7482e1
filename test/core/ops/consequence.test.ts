import { describe, expect, it } from 'vitest';
import {
  type Consequence,
  consequenceOf,
  isWorse,
  needsForce,
} from '../../../services/core/ops/consequence.ts';
import type { StatusAnswer } from '../../../services/core/ops/results.ts';
import { queueResult } from '../../support/queue-view.ts';

const lock = { value: 'a', host: 'h', pid: 1, env: null, since: null, ttlSeconds: 5, revoked: false };
const status: Pick<StatusAnswer, 'lock' | 'pendingUpdates' | 'webhookSet'> = {
  lock,
  pendingUpdates: 2,
  webhookSet: false,
};
const harmless: Consequence = { deletedLock: null, droppedUpdates: 0, removesWebhook: false };

describe('the consequence of an action', () => {
  it.each<[string, Parameters<typeof consequenceOf>[0], Partial<Consequence>]>([
    ['a release', { action: 'release-lock', force: false, dropUpdates: false }, {}],
    ['a forced release', { action: 'release-lock', force: true, dropUpdates: false }, { deletedLock: 'a' }],
    ['a restart', { action: 'restart', force: false, dropUpdates: false }, {}],
    ['a drop', { action: 'drop-updates', force: false, dropUpdates: false }, { droppedUpdates: 2 }],
    ['a recovery that drops', { action: 'recover', force: false, dropUpdates: true }, { droppedUpdates: 2 }],
  ])('%s', (_name, request, consequence) => {
    expect(consequenceOf(request, status)).toEqual({ ...harmless, ...consequence });
  });

  it('is every update if Telegram does not say how many, and a webhook that is set', () => {
    const drop = { action: 'drop-updates', force: false, dropUpdates: false } as const;
    expect(consequenceOf(drop, { ...status, pendingUpdates: null, webhookSet: true })).toEqual({
      ...harmless,
      droppedUpdates: Number.POSITIVE_INFINITY,
      removesWebhook: true,
    });
  });
});

describe('the consequence of a drop in queue mode', () => {
  const drop = { action: 'drop-updates', force: false, dropUpdates: false } as const;

  it('counts the updates queue too, in flight or not', () => {
    expect(consequenceOf(drop, { ...status, updatesQueue: queueResult }).droppedUpdates).toBe(7);
  });

  it('is every update if the queue does not say how many', () => {
    const silent = { ...queueResult, queue: null };
    expect(consequenceOf(drop, { ...status, updatesQueue: silent }).droppedUpdates).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});

describe('what would be done now', () => {
  const confirmed: Consequence = { deletedLock: 'a', droppedUpdates: 2, removesWebhook: true };
  it.each<[string, Partial<Consequence>]>([
    ['another lock', { deletedLock: 'b' }],
    ['one update more', { droppedUpdates: 3 }],
    ['an unknown number of updates', { droppedUpdates: Number.POSITIVE_INFINITY }],
  ])('is worse with %s', (_name, now) => {
    expect(isWorse({ ...confirmed, ...now }, confirmed)).toBe(true);
  });

  it('is worse with a lock or a webhook that was not there', () => {
    expect(isWorse({ ...harmless, deletedLock: 'a' }, harmless)).toBe(true);
    expect(isWorse({ ...harmless, removesWebhook: true }, harmless)).toBe(true);
  });

  it('is not worse if it is the same, or less', () => {
    expect(isWorse(confirmed, confirmed)).toBe(false);
    expect(isWorse(harmless, confirmed)).toBe(false);
  });
});

it('needs force only for a lock without expiry', () => {
  expect(needsForce({ lock: null })).toBe(false);
  expect(needsForce({ lock })).toBe(false);
  expect(needsForce({ lock: { ...lock, ttlSeconds: null } })).toBe(true);
});

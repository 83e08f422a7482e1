import { expect, it } from 'vitest';
import { watchWayBack } from '../../services/cli/way-back.ts';
import { quarantineOwner } from '../../services/core/lease/lock-value.ts';
import type { StatusAnswer } from '../../services/core/ops/results.ts';
import { liveStatus } from '../support/live-status.ts';
import { emptyQueue, queueResult } from '../support/queue-view.ts';

const lockOf = (owner: string) => ({
  value: JSON.stringify({ host: 'h', owner }),
  host: 'h',
  pid: null,
  env: null,
  since: null,
  ttlSeconds: 5,
  revoked: false,
});
const empty = { ...queueResult, queue: emptyQueue };
const drained = liveStatus({ updatesQueue: empty });
const holding = liveStatus({ updatesQueue: queueResult });

/** The statuses that come, at 0, 5, 10 … s; the last one stays. */
async function watch(
  statuses: readonly (StatusAnswer | undefined)[],
  options: { readonly waitMs?: number; readonly isBefore?: boolean } = {},
) {
  let nowMs = 0;
  let asked = 0;
  const clock = {
    monotonicMs: () => nowMs,
    sleep: async (delayMs: number) => {
      nowMs += delayMs;
    },
  };
  const ask = async () => statuses[Math.min(asked++, statuses.length - 1)];
  const wayBack = await watchWayBack({ clock, ask, waitMs: 0, isBefore: true, ...options });
  return { ...wayBack, nowMs };
}

it('is open when the queue has been empty for 60 s on end', async () => {
  expect(await watch([drained])).toEqual({
    isOpen: true,
    came: 'the updates queue has been empty for 60 s',
    nowMs: 60_000,
  });
});

it.each([
  ['anything waits', { visible: 1 }, /still holds 1 waiting and 0 in flight/],
  ['anything is in flight', { inFlight: 1 }, /still holds 0 waiting and 1 in flight/],
])('is closed at once while %s', async (_what, more, came) => {
  const status = liveStatus({ updatesQueue: { ...empty, queue: { ...emptyQueue, ...more } } });
  expect(await watch([status])).toEqual({ isOpen: false, came: expect.stringMatching(came), nowMs: 0 });
});

it('is closed if something comes within the 60 s, and counts anew while it may wait', async () => {
  const late = [...Array.from({ length: 11 }, () => drained), holding];
  expect(await watch(late)).toMatchObject({ isOpen: false, nowMs: 55_000 });
  expect(await watch([...late, drained], { waitMs: 100_000 })).toMatchObject({
    isOpen: true,
    nowMs: 120_000,
  });
});

it('waits for a queue that drains, but no longer than it may', async () => {
  expect(await watch([holding, holding, drained], { waitMs: 10_000 })).toMatchObject({
    isOpen: true,
    nowMs: 70_000,
  });
  expect(await watch([holding], { waitMs: 10_000 })).toMatchObject({ isOpen: false, nowMs: 10_000 });
});

it('is closed while a worker polls, if it is asked before the switch', async () => {
  const polling = liveStatus({ updatesQueue: empty, lock: lockOf('a1') });
  expect(await watch([polling])).toMatchObject({
    isOpen: false,
    came: expect.stringMatching(/^a worker still polls/),
  });
  expect(await watch([polling], { isBefore: false })).toMatchObject({ isOpen: true });
  const quarantined = liveStatus({ updatesQueue: empty, lock: lockOf(quarantineOwner) });
  expect(await watch([quarantined])).toMatchObject({ isOpen: true });
});

it.each([
  [
    'the queue does not answer',
    liveStatus({ updatesQueue: { ...empty, queue: null, problem: 'away' } }),
    /does not answer: away/,
  ],
  ['no queue is known', liveStatus(), /set UPDATES_QUEUE_URL/],
  ['the status is unknown', undefined, /the status is unknown/],
])('is closed if %s', async (_what, status, came) => {
  expect(await watch([status])).toEqual({ isOpen: false, came: expect.stringMatching(came), nowMs: 0 });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { repeatUntil } from '../../../services/core/platform/repeat-until.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const random = { unit: () => 0.5, token: () => 't' };
let clock: VirtualClock;
let triedMs: number[];
beforeEach(() => {
  clock = new VirtualClock();
  triedMs = [];
});

async function outcome(
  { succeedsAt = 0, deadlineMs = 5000 },
  mayGoOn: () => boolean = () => true,
): Promise<boolean | undefined> {
  let result: boolean | undefined;
  const step = async (): Promise<boolean> => triedMs.push(clock.monotonicMs()) === succeedsAt;
  void repeatUntil(step, { clock, random, deadlineMs, mayGoOn }).then((isDone) => {
    result = isDone;
  });
  await clock.advance(60_000);
  return result;
}

describe('a last step', () => {
  it('that succeeds is taken once', async () => {
    expect(await outcome({ succeedsAt: 1 })).toBe(true);
    expect(triedMs).toEqual([0]);
  });

  it('is repeated soon, then less often', async () => {
    expect(await outcome({ succeedsAt: 5 })).toBe(true);
    expect(triedMs).toEqual([0, 100, 300, 700, 1500]);
  });

  it('is given up after its deadline', async () => {
    expect(await outcome({ deadlineMs: 1000 })).toBe(false);
    expect(triedMs.at(-1)).toBe(1500);
  });

  it('is tried twice even if its deadline has passed: the first request may be lost', async () => {
    expect(await outcome({ succeedsAt: 2, deadlineMs: -1 })).toBe(true);
  });

  it('is not taken when nothing may be done any more', async () => {
    expect(await outcome({}, () => triedMs.length < 2)).toBe(false);
    expect(triedMs).toHaveLength(2);
  });
});

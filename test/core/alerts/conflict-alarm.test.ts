import { beforeEach, describe, expect, it } from 'vitest';
import { ConflictAlarm } from '../../../services/core/alerts/conflict-alarm.ts';
import type { Warning } from '../../../services/core/alerts/warnings.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('the conflict alarm', () => {
  let clock: VirtualClock;
  let raised: Warning[];
  let troubles: unknown[];
  let failure: Error | undefined;
  let alarm: ConflictAlarm;
  beforeEach(() => {
    clock = new VirtualClock();
    raised = [];
    troubles = [];
    failure = undefined;
    const raise = async (warning: Warning) => {
      raised.push(warning);
      if (failure !== undefined) throw failure;
      return true;
    };
    const onTrouble = (_what: string, error: unknown) => void troubles.push(error);
    alarm = new ConflictAlarm({ clock, warnings: { raise }, host: 'host-1', onTrouble });
  });
  const conflicts = async (...pausesMs: readonly number[]) => {
    for (const pauseMs of pausesMs) {
      await clock.advance(pauseMs);
      alarm.conflict();
      await clock.settle();
    }
  };

  it('raises a warning at the third conflict within a minute', async () => {
    await conflicts(0, 30_000);
    expect(raised).toEqual([]);
    await conflicts(30_000);
    expect(raised).toEqual([{ kind: 'another-poller', key: '', params: { host: 'host-1' } }]);
  });

  it('raises none if the third conflict comes later', async () => {
    await conflicts(0, 30_000, 30_001, 30_001, 30_001);
    expect(raised).toEqual([]);
  });

  it('raises one in half an hour while conflicts go on', async () => {
    await conflicts(...Array.from({ length: 300 }, () => 4000));
    expect(raised).toHaveLength(1);
    await conflicts(...Array.from({ length: 200 }, () => 4000));
    expect(raised).toHaveLength(2);
  });

  it('tries again with the next conflict if the store failed, and throws nothing', async () => {
    failure = new Error('away');
    await conflicts(0, 4000, 4000);
    expect(troubles).toEqual([failure]);
    failure = undefined;
    await conflicts(4000, 4000);
    expect(raised).toHaveLength(2);
  });
});

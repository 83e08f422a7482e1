import { beforeEach, describe, expect, it } from 'vitest';
import { HandlersAlarm } from '../../../services/core/alerts/handlers-alarm.ts';
import type { Warning } from '../../../services/core/alerts/warnings.ts';
import type { NewHandlersReport } from '../../../services/core/updates/handlers-report.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('the alarm of failing handlers', () => {
  let clock: VirtualClock;
  let raised: Warning[];
  let written: (NewHandlersReport | { cleared: number })[];
  let troubles: unknown[];
  let failure: Error | undefined;
  let mayRaise: boolean;
  let epoch: number | undefined;
  let alarm: HandlersAlarm;
  beforeEach(() => {
    clock = new VirtualClock();
    [raised, written, troubles] = [[], [], []];
    failure = undefined;
    mayRaise = true;
    epoch = 3;
    const store = async (what: (typeof written)[number]): Promise<void> => {
      if (failure !== undefined) throw failure;
      written.push(what);
    };
    alarm = new HandlersAlarm({
      clock,
      reports: { write: store, clear: (cleared) => store({ cleared }) },
      warnings: {
        async raise(warning) {
          if (mayRaise) raised.push(warning);
          return mayRaise;
        },
      },
      host: 'host-1',
      epoch: () => epoch,
      describe: (error) => String(error),
      onTrouble: (_what, error) => void troubles.push(error),
    });
  });
  const end = (result: 'ok' | 'failed', times: number): void => {
    for (let i = 0; i < times; i += 1) alarm.ended(result, result === 'ok' ? undefined : `error ${i + 1}`);
  };
  const counts = () => written.map((one) => ('cleared' in one ? 'cleared' : `${one.failed}/${one.handled}`));

  it('reports the fifth failure of five, and raises the warning, once it has lasted five seconds', async () => {
    end('failed', 4);
    await clock.advance(60_000);
    expect([written, raised]).toEqual([[], []]);
    end('failed', 1);
    await clock.advance(4999);
    expect(written).toEqual([]);
    await clock.advance(1);
    expect(written).toEqual([{ epoch: 3, failed: 5, handled: 5, lastError: 'error 1', failingMs: 65_000 }]);
    const params = { failed: 5, handled: 5, error: 'error 1', host: 'host-1' };
    expect(raised).toEqual([{ kind: 'handlers-failing', key: '', params }]);
  });

  it('does not ring if every other update fails, whatever the order', async () => {
    for (let i = 0; i < 300; i += 1) {
      end(i % 2 === 0 ? 'failed' : 'ok', 1);
      await clock.advance(1000);
    }
    expect([written, raised]).toEqual([[], []]);
  });

  it('does not ring if one in twenty fails', async () => {
    for (let i = 0; i < 400; i += 1) {
      end(i % 20 === 19 ? 'failed' : 'ok', 1);
      await clock.advance(100);
    }
    expect(written).toEqual([]);
  });

  it('renews the report every half minute while updates fail, and not while nobody writes', async () => {
    for (let i = 0; i < 60; i += 1) {
      end('failed', 1);
      await clock.advance(1000);
    }
    expect(counts()).toEqual(['9/9', '39/39']);
    await clock.advance(30_000);
    expect(counts()).toEqual(['9/9', '39/39', '60/60']);
    await clock.advance(3_600_000);
    expect(counts()).toHaveLength(3);
  });

  it('raises the warning again after half an hour at the earliest', async () => {
    for (let i = 0; i < 70; i += 1) {
      end('failed', 5);
      await clock.advance(60_000);
    }
    expect(raised).toHaveLength(3);
  });

  it('asks again with the next report if the store still forbids it', async () => {
    mayRaise = false;
    end('failed', 5);
    await clock.advance(5000);
    mayRaise = true;
    end('failed', 1);
    await clock.advance(30_000);
    expect(raised).toHaveLength(1);
  });

  it('clears the report once updates succeed again', async () => {
    end('failed', 6);
    await clock.advance(5000);
    end('ok', 6);
    await clock.advance(5000);
    expect(counts()).toEqual(['6/6', 'cleared']);
    end('ok', 100);
    await clock.advance(600_000);
    expect(written).toHaveLength(2);
  });

  it('takes silence for no sign of health', async () => {
    end('failed', 5);
    await clock.advance(3_600_000);
    end('failed', 1);
    await clock.advance(30_000);
    expect(counts()).toEqual(['5/5', '1/1']);
    end('ok', 1);
    await clock.advance(5000);
    expect(counts()).toEqual(['5/5', '1/1', 'cleared']);
  });

  it('starts afresh with each term, and counts nothing between terms', async () => {
    end('failed', 4);
    epoch = undefined;
    end('failed', 4);
    epoch = 4;
    end('failed', 4);
    await clock.advance(60_000);
    expect(written).toEqual([]);
    end('failed', 1);
    await clock.advance(5000);
    expect(written).toMatchObject([{ epoch: 4, failed: 5 }]);
  });

  it('tries again if the store fails, and throws nothing', async () => {
    failure = new Error('away');
    end('failed', 5);
    await clock.advance(11_000);
    expect(troubles).toEqual([failure, failure]);
    failure = undefined;
    await clock.advance(5000);
    expect(counts()).toEqual(['5/5']);
    expect(raised).toHaveLength(1);
  });
});

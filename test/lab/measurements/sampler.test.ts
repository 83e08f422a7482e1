import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sampler, samplesKept } from '../../../services/lab/measurements/sampler.ts';
import type { EventListener } from '../../../services/lab/telegram-emulator/events.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('Sampler', () => {
  let clock: VirtualClock;
  let sampler: Sampler;
  let hear: EventListener;
  let heartbeatAge: () => Promise<number | null>;

  beforeEach(() => {
    clock = new VirtualClock();
    heartbeatAge = async () => 4;
    const emulator = {
      onEvent: (listener: EventListener) => {
        hear = listener;
        return () => undefined;
      },
    };
    sampler = new Sampler({
      clock,
      emulator,
      heartbeatAge: () => heartbeatAge(),
      latency: () => ({ p50: 1, p99: 2 }),
    });
    sampler.start();
  });

  afterEach(() => sampler.stop());

  it('takes one sample for each second', async () => {
    const confirm = (count: number): void =>
      hear({ seq: 0, atMs: 0, botId: 1, type: 'updates-confirmed', details: { count } });
    confirm(7);
    await clock.advance(1000);
    confirm(1);
    confirm(2);
    await clock.advance(1000);
    expect(sampler.samples).toMatchObject([
      { updatesPerSecond: 7, heartbeatAgeSeconds: 4, latencyMs: { p50: 1, p99: 2 } },
      { updatesPerSecond: 3 },
    ]);
  });

  it('continues if the store does not answer', async () => {
    heartbeatAge = () => Promise.reject(new Error('down'));
    await clock.advance(2000);
    expect(sampler.samples.map(({ heartbeatAgeSeconds }) => heartbeatAgeSeconds)).toEqual([null, null]);
  });

  it('keeps the last ten minutes', async () => {
    const heard: number[] = [];
    const stopListening = sampler.onSample(({ atMs }) => heard.push(atMs));
    await clock.advance(1000 * (samplesKept + 50));
    stopListening();
    await clock.advance(5000);
    expect(heard).toHaveLength(samplesKept + 50);
    expect(sampler.samples).toHaveLength(samplesKept);
    expect(sampler.samples.at(-1)?.atMs).toBe(clock.wallMs());
  });
});

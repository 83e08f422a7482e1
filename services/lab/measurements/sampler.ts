/**
 * Takes one sample a second for the charts, even if no page is open, and keeps the last ten minutes.
 *
 * A value that cannot be read (the store is down) is null; sampling continues.
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { Percentiles } from '../load/load-view.ts';
import { Listeners } from '../shared/listeners.ts';
import type { EmulatorEvent } from '../telegram-emulator/events.ts';
import type { RunningEmulator } from '../telegram-emulator/server.ts';
import type { Sample } from './sample.ts';

export interface SamplerDeps {
  readonly clock: Clock;
  readonly emulator: Pick<RunningEmulator, 'onEvent'>;
  /** Null without a heartbeat; may reject. */
  readonly heartbeatAge: () => Promise<number | null>;
  readonly latency: () => Percentiles | null;
}

const everyMs = 1000;
export const samplesKept = 600;

export class Sampler {
  private readonly parts: SamplerDeps;
  private readonly kept: Sample[] = [];
  private readonly taken = new Listeners<[sample: Sample]>();
  private readonly stopping = new AbortController();
  private readonly stopListening: () => void;
  private confirmed = 0;
  private loop: Promise<void> | undefined;

  constructor(parts: SamplerDeps) {
    this.parts = parts;
    this.stopListening = parts.emulator.onEvent((event) => this.hear(event));
  }

  /** Oldest first. */
  get samples(): readonly Sample[] {
    return this.kept;
  }

  /** Returns a function that removes the listener. */
  onSample(listener: (sample: Sample) => void): () => void {
    return this.taken.add(listener);
  }

  start(): void {
    this.loop ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.stopListening();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.stopping;
    let lastMs = clock.monotonicMs();
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal);
      if (signal.aborted) return;
      const nowMs = clock.monotonicMs();
      await this.take((nowMs - lastMs) / 1000);
      lastMs = nowMs;
    }
  }

  private async take(seconds: number): Promise<void> {
    const { clock, latency } = this.parts;
    const { confirmed } = this;
    this.confirmed = 0;
    const sample: Sample = {
      atMs: clock.wallMs(),
      updatesPerSecond: Math.round((confirmed / seconds) * 10) / 10,
      latencyMs: latency(),
      heartbeatAgeSeconds: await this.heartbeatAge(),
    };
    this.kept.push(sample);
    if (this.kept.length > samplesKept) this.kept.shift();
    this.taken.notify(sample);
  }

  private async heartbeatAge(): Promise<number | null> {
    try {
      return await this.parts.heartbeatAge();
    } catch {
      // The store does not answer, so the age is unknown.
      return null;
    }
  }

  private hear({ type, details }: EmulatorEvent): void {
    if (type === 'updates-confirmed') this.confirmed += Number(details['count']);
  }
}

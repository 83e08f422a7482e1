/**
 * Tells the store and the metrics, at every interval, that this consumer lives and how far behind the queue it is. Its
 * last beat is removed when it stops.
 */
import type { Clock } from '../core/platform/clock.ts';
import type { ConsumerBeats } from '../core/queue/queue-store.ts';

export interface ConsumerBeatDeps {
  readonly clock: Clock;
  readonly beats: ConsumerBeats;
  readonly consumer: string;
  readonly version: string;
  readonly intervalMs: number;
  readonly counts: { readonly runningCount: number; readonly heldCount: number };
  readonly takeLagMs: () => number;
  readonly onLag: (lagMs: number) => void;
  readonly onTrouble: (what: string, error: unknown) => void;
}

export async function beat(deps: ConsumerBeatDeps, stop: AbortSignal): Promise<void> {
  const { clock, beats, consumer, version, intervalMs, counts, takeLagMs, onLag, onTrouble } = deps;
  const attempt = async (what: string, step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      onTrouble(what, error);
    }
  };
  while (!stop.aborted) {
    const lagMs = takeLagMs();
    onLag(lagMs);
    const { runningCount: running, heldCount: held } = counts;
    await attempt('write the heartbeat', () => beats.write({ consumer, version, lagMs, running, held }));
    await clock.sleep(intervalMs, stop);
  }
  await attempt('remove the heartbeat', () => beats.remove(consumer));
}

/** A steady load: users write at a fixed rate and do not wait for answers. */
import { systemClock } from '../../services/adapters/system-clock.ts';
import type { Message, Run } from './bench-fixture.ts';
import { wallMs } from './work.ts';

const tickMs = 10;

export interface Load {
  readonly perSecond: number;
  /** Give one of these: a duration, or a signal that ends the load. */
  readonly durationMs?: number;
  readonly until?: AbortSignal;
  readonly message: (index: number) => Message;
}

/** Sends what is due every few milliseconds; a late tick catches up. Resolves when the last message is sent. */
export async function sendSteadily(
  run: Run,
  { perSecond, durationMs = Number.POSITIVE_INFINITY, until, message }: Load,
): Promise<void> {
  const total = (perSecond * durationMs) / 1000;
  const startMs = wallMs();
  let sent = 0;
  while (sent < total && !until?.aborted) {
    const due = Math.min(total, Math.ceil(((wallMs() - startMs) * perSecond) / 1000));
    if (due > sent) await run.send(Array.from({ length: due - sent }, (_, index) => message(sent + index)));
    sent = Math.max(sent, due);
    await systemClock.sleep(tickMs);
  }
}

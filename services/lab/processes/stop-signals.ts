/**
 * What makes the lab and `npm run dev` stop.
 *
 * SIGINT, SIGTERM and SIGHUP as two wishes: end in order; and, asked again, end at once.
 *
 * One Ctrl-C may come several times over: from the terminal, and again from npm, which passes it on. So only a
 * signal that comes clearly later counts as asking again.
 *
 * The end of npm is the same wish: npm sends SIGTERM to the shell between it and us, which dies of it without a word.
 */
import type { Clock } from '../../core/platform/clock.ts';

export interface StopListeners {
  readonly onStop: () => void;
  /** Asked again. */
  readonly onSecondSignal: () => void;
}

const sameRequestMs = 1000;
const checkParentEveryMs = 500;

/** `startedByNpm`: whether the end of the parent process counts. */
export function onStopSignals(
  clock: Clock,
  wishes: StopListeners & { readonly startedByNpm: boolean },
): void {
  const { onStop, onSecondSignal, startedByNpm } = wishes;
  let firstMs: number | undefined;
  const onSignal = (): void => {
    if (firstMs === undefined) {
      firstMs = clock.monotonicMs();
      onStop();
    } else if (clock.monotonicMs() - firstMs > sameRequestMs) onSecondSignal();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  if (startedByNpm) {
    void parentEnds(clock).then(() => {
      if (firstMs === undefined) onSignal();
    });
  }
}

async function parentEnds({ sleep }: Clock): Promise<void> {
  const parent = process.ppid;
  while (process.ppid === parent) await sleep(checkParentEveryMs);
}

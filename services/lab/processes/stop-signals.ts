/**
 * What stops the lab and `npm run dev`: SIGINT, SIGTERM and SIGHUP. The first one asks for an orderly stop, a second one
 * for an immediate one.
 *
 * One Ctrl-C may arrive several times: from the terminal, and again from npm, which passes it on. So a signal counts as the
 * second one only if it comes clearly later.
 *
 * The end of npm counts as a signal too: npm sends SIGTERM to the shell between itself and this process, and that shell
 * dies without passing it on.
 *
 * Tested by: test/lab/lab.test.ts
 */
import type { Clock } from '../../core/platform/clock.ts';

export interface StopListeners {
  readonly onStop: () => void;
  /** Called on each signal that comes clearly after the first. */
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

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

export interface StopWishes {
  readonly onStop: () => void;
  /** Asked again. */
  readonly onHurry: () => void;
}

const sameWishMs = 1000;
const lookAtParentMs = 500;

/** `startedByNpm`: whether the end of the parent process counts. */
export function hearStopWishes(clock: Clock, wishes: StopWishes & { readonly startedByNpm: boolean }): void {
  const { onStop, onHurry, startedByNpm } = wishes;
  let firstMs: number | undefined;
  const hear = (): void => {
    if (firstMs === undefined) {
      firstMs = clock.monotonicMs();
      onStop();
    } else if (clock.monotonicMs() - firstMs > sameWishMs) onHurry();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);
  if (startedByNpm) {
    void parentsEnd(clock).then(() => {
      if (firstMs === undefined) hear();
    });
  }
}

async function parentsEnd({ sleep }: Clock): Promise<void> {
  const parent = process.ppid;
  while (process.ppid === parent) await sleep(lookAtParentMs);
}

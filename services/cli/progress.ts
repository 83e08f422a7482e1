/** Shows on stderr what a command waits for, and for how long: on a terminal one line that counts, else a line now and then. */
import type { Clock } from '../core/platform/clock.ts';
import type { Terminal } from './terminal.ts';

const liveEveryMs = 1000;
const plainEveryMs = 10_000;

export interface Progress {
  /** Begins the next step. */
  step(name: string): void;
}

export async function withProgress<Result>(
  { terminal, clock, isQuiet }: { terminal: Terminal; clock: Clock; isQuiet: boolean },
  first: string,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  if (isQuiet) return work({ step: () => {} });
  let name = first;
  let startMs = clock.monotonicMs();
  const line = (): string => `${name}… ${Math.floor((clock.monotonicMs() - startMs) / 1000)} s`;
  const end = new AbortController();
  const finishLine = (): void => {
    if (terminal.isLive) terminal.overwrite(`${line()}\n`);
  };

  const counting = (async () => {
    while (!end.signal.aborted) {
      await clock.sleep(terminal.isLive ? liveEveryMs : plainEveryMs, end.signal);
      if (end.signal.aborted) return;
      if (terminal.isLive) terminal.overwrite(line());
      else terminal.tell(line());
    }
  })();
  const say = (): void => {
    if (terminal.isLive) terminal.overwrite(`${name}…`);
    else terminal.tell(`${name}…`);
  };

  try {
    say();
    return await work({
      step(next) {
        finishLine();
        name = next;
        startMs = clock.monotonicMs();
        say();
      },
    });
  } finally {
    end.abort();
    await counting;
    finishLine();
  }
}

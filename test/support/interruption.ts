/** Ctrl-C and its like, for programs that have something to clear away first. */

/** What a shell shows for a program that was interrupted. */
export const interruptedExitCode = 130;

export interface Interruption {
  /** Resolves with the first signal; further ones change nothing, because npm passes on what the terminal sent as well. */
  readonly came: Promise<'interrupted'>;
  readonly hasCome: () => boolean;
}

export function listenForInterruption(): Interruption {
  const heard = Promise.withResolvers<'interrupted'>();
  let hasCome = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      hasCome = true;
      heard.resolve('interrupted');
    });
  }
  return { came: heard.promise, hasCome: () => hasCome };
}

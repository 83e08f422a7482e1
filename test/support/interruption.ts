/** Ctrl-C and similar signals, for programs that must clean up before they end. */

/** The exit code of an interrupted program, as shells expect it. */
export const interruptedExitCode = 130;

export interface Interruption {
  /** Resolves with the first signal. Further ones are ignored: npm forwards a signal that the terminal has sent too. */
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

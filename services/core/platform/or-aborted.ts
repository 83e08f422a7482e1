/** Waits for a step, but no longer than until a signal aborts. */

/** Undefined as soon as the signal aborts: nobody waits for the step any longer, though it goes on. */
export async function orAborted<T>(step: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([step, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

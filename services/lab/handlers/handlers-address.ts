/**
 * How the lab's handlers get into a worker, ahead of the user's own.
 *
 * Tested by: test/lab/handlers/handlers.test.ts
 */
const entry = new URL('./handlers-entry.ts', import.meta.url);

/** The value of `BOT_HANDLERS`: the lab's module, with the user's own in its address. */
export function handlersAddress(own: string | undefined): string {
  const address = new URL(entry);
  if (own !== undefined) address.searchParams.set('then', own);
  return address.href;
}

/** Turns an error about the lab's module into the worker's error about the user's own module. */
export function withoutLabHandlers(line: string): string {
  return /^BOT_HANDLERS: .*?, which cannot be loaded \((BOT_HANDLERS: .*)\); .*$/.exec(line)?.[1] ?? line;
}

/** How the lab's handlers get into a worker, in front of a person's own. */
const entry = new URL('./handlers-entry.ts', import.meta.url);

/** For `BOT_HANDLERS`: the lab's module, with the person's own in its address. */
export function handlersAddress(own: string | undefined): string {
  const address = new URL(entry);
  if (own !== undefined) address.searchParams.set('then', own);
  return address.href;
}

/** A complaint about the lab's module that is one about the person's own, told as the worker would tell it. */
export function withoutLabHandlers(line: string): string {
  return /^BOT_HANDLERS: .*?, which cannot be loaded \((BOT_HANDLERS: .*)\); .*$/.exec(line)?.[1] ?? line;
}

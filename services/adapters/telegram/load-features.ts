/**
 * Loads the company's own features for a program that starts. The module may wait for anything at its top level, for ever
 * too: a stop ends that wait, and a reminder says what the program waits for.
 *
 * Tested by: test/bot/bot-handlers.test.ts
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { Logger } from '../../core/platform/logger.ts';
import { orAborted } from '../../core/platform/or-aborted.ts';
import { type LoadedHandlers, loadHandlers } from './load-handlers.ts';

export interface LoadContext {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

const reminderSeconds = 10;

/** Undefined if none are set, or the stop came first. @throws HandlersError */
export async function loadFeatures(
  path: string | undefined,
  context: LoadContext,
): Promise<LoadedHandlers | undefined> {
  if (path === undefined) return undefined;
  const loaded = new AbortController();
  void remindOfLoading(path, context, loaded.signal);
  try {
    return await orAborted(loadHandlers(path), context.stop);
  } finally {
    loaded.abort();
  }
}

/** Its timer also keeps the process alive: Node would end while a module waits for something that holds no handle. */
async function remindOfLoading(
  path: string,
  { logger, clock }: LoadContext,
  loaded: AbortSignal,
): Promise<void> {
  for (let seconds = reminderSeconds; ; seconds += reminderSeconds) {
    await clock.sleep(reminderSeconds * 1000, loaded);
    if (loaded.aborted) return;
    logger.warn(
      `BOT_HANDLERS: ${path} is still loading after ${seconds} s: it waits for something at its top level`,
    );
  }
}

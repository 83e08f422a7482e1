/** One line for each call of a method that the emulator does not know: it names method and chat. */
import { oneLine } from '../../core/platform/foreign-text.ts';
import type { RunningEmulator } from './server.ts';

const shownMax = 64;

/** Returns a function that stops it. */
export function onUnknownMethod(
  emulator: Pick<RunningEmulator, 'onEvent'>,
  say: (line: string) => void,
): () => void {
  return emulator.onEvent(({ type, details: { method, chatId } }) => {
    if (type !== 'method-unknown') return;
    const where = chatId === '' ? 'no chat' : `chat ${shown(chatId)}`;
    say(
      `method ${shown(method)} (${where}) is unknown here: answered 404; docs/handlers.md lists those that are known`,
    );
  });
}

function shown(value: unknown): string {
  return `"${oneLine(String(value), shownMax)}"`;
}

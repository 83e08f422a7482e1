/**
 * A Bot API server with any number of pending messages. It creates each message on request, so a million need no
 * memory. For floods only: the lab's emulator imitates the rest of Telegram.
 *
 * getUpdates supports offset and limit and confirms as the real one does. Methods that send get `true`.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../services/adapters/system-clock.ts';

export interface EndlessTelegramOptions {
  /** How many messages are pending at the start. */
  readonly count: number;
  readonly message: (index: number) => { readonly chatId: number; readonly text: string };
  readonly roundTripMs?: number;
}

export interface EndlessTelegram extends AsyncDisposable {
  readonly url: string;
  /** How many were delivered, and how many of those were confirmed. */
  delivered(): number;
  confirmed(): number;
}

const firstId = 10_000_000;
const emptyPollMs = 1000;

export async function startEndlessTelegram({
  count,
  message,
  roundTripMs = 0,
}: EndlessTelegramOptions): Promise<EndlessTelegram> {
  let delivered = 0;
  let confirmed = 0;
  const update = (index: number): unknown => {
    const { chatId, text } = message(index);
    const person = { id: chatId, first_name: `Person ${chatId}` };
    const from = { ...person, is_bot: false, language_code: 'en' };
    const chat = { ...person, type: 'private' };
    return { update_id: firstId + index, message: { message_id: index + 1, date: 1, from, chat, text } };
  };
  const getUpdates = async ({ offset = 0, limit = 100 }: Asked): Promise<readonly unknown[]> => {
    if (offset > firstId) confirmed = Math.max(confirmed, Math.min(offset - firstId, count));
    const end = Math.min(count, confirmed + limit);
    if (end === confirmed) await systemClock.sleep(emptyPollMs);
    delivered = Math.max(delivered, end);
    return Array.from({ length: end - confirmed }, (_, place) => update(confirmed + place));
  };
  const results: Readonly<Record<string, (asked: Asked) => unknown>> = {
    getMe: () => ({ id: 1, is_bot: true, first_name: 'Flooded', username: 'flooded_bot' }),
    getWebhookInfo: () => ({ url: '', pending_update_count: count - confirmed }),
    getUpdates,
  };
  const server = createServer((request, response) => {
    void (async () => {
      const asked = await readJson(request);
      await systemClock.sleep(roundTripMs);
      const method = /[^/?]+(?=$|\?)/.exec(request.url ?? '')?.[0] ?? '';
      const result = (await results[method]?.(asked)) ?? true;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, result }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delivered: () => delivered,
    confirmed: () => confirmed,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Asked {
  readonly offset?: number;
  readonly limit?: number;
}

async function readJson(request: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Asked);
}

/**
 * The limit of the network: fetches and confirms, but handles nothing. It only records each message. `--store` adds an
 * empty call to the store before each confirmation, which no bot that loses nothing can do without.
 */
import { upstashStore } from '../../../services/adapters/redis/upstash-store.ts';
import { fetchBotApi } from '../../../services/adapters/telegram/fetch-bot-api.ts';
import type { Update } from '../../../services/core/updates/update.ts';
import { readOrder, settings, WorkRecorder } from '../work.ts';

const recorder = new WorkRecorder(settings.recordPath);
const api = fetchBotApi(settings);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const callStore = process.argv.includes('--store');
const store = upstashStore({ ...settings.store, timeoutMs: 10_000 });
let offset: number | undefined;
while (!stop.signal.aborted) {
  try {
    const parameters = { ...(offset === undefined ? {} : { offset }), limit: 100, timeout: 30 };
    const options = { timeoutMs: 40_000, signal: stop.signal };
    const updates = await api.call<Update[]>('getUpdates', parameters, options);
    for (const update of updates) {
      const { text } = update['message'] as { text: string };
      const number = readOrder(text)?.number ?? -1;
      recorder.record('B', number);
      recorder.record('E', number);
      offset = update.update_id + 1;
    }
    if (callStore && updates.length > 0) await store.command(['PING']);
  } catch {
    // The bare loop only shows the network's limit; how it handles errors does not matter.
  }
}
process.exit(0);

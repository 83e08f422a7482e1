/** The wire's limit: fetches, confirms, and handles nothing. It loses whatever was not handled; it handles nothing. */
import { fetchBotApi } from '../../../services/adapters/telegram/fetch-bot-api.ts';
import type { Update } from '../../../services/core/updates/update.ts';
import { readOrder, settings, Workplace } from '../work.ts';

const workplace = new Workplace(settings.recordPath);
const api = fetchBotApi(settings);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
let offset: number | undefined;
while (!stop.signal.aborted) {
  try {
    const parameters = { ...(offset === undefined ? {} : { offset }), limit: 100, timeout: 30 };
    const options = { timeoutMs: 40_000, signal: stop.signal };
    const updates = await api.call<Update[]>('getUpdates', parameters, options);
    for (const update of updates) {
      const { text } = update['message'] as { text: string };
      const number = readOrder(text)?.number ?? -1;
      workplace.note('B', number);
      workplace.note('E', number);
      offset = update.update_id + 1;
    }
  } catch {
    // The bare loop is there for the wire's limit; what it does in trouble is of no interest.
  }
}
process.exit(0);

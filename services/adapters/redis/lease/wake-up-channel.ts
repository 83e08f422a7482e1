/**
 * The wake-up channel over server-sent events (`/subscribe/<channel>`).
 *
 * Guarantees: listens until its signal aborts. Reopens a dead, silent or refused stream after a back-off, and gives a
 * hint whenever a stream opens, because messages sent in between are lost. Does not guarantee delivery: messages are
 * hints, and the standby's own timer is the guarantee.
 *
 * Does not use the store's own client: its subscriber neither reconnects nor reports that its stream ended.
 */

import type { WakeUpChannel } from '../../../core/lease/wake-up.ts';
import type { Clock } from '../../../core/platform/clock.ts';
import type { Logger } from '../../../core/platform/logger.ts';

export interface WakeUpChannelOptions {
  readonly url: string;
  readonly token: string;
  readonly channel: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Replace a stream this old: a half-closed connection stays silent for ever, and a new one costs one request. */
const streamLifeMs = 240_000;
const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** Limits how long a start waits for a store that accepts connections and says nothing. */
const firstOpenMs = 2000;

export function wakeUpChannel({ url, token, channel, clock, logger }: WakeUpChannelOptions): WakeUpChannel {
  const address = `${url}/subscribe/${encodeURIComponent(channel)}`;
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };

  async function readStream(onOpen: () => void, onMessage: () => void, signal: AbortSignal): Promise<void> {
    const response = await fetch(address, { headers, signal });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    const decoder = new TextDecoder();
    let line = '';
    for await (const chunk of response.body) {
      const lines = (line + decoder.decode(chunk, { stream: true })).split('\n');
      line = lines.pop() ?? '';
      if (lines.some((text) => text.startsWith('data: subscribe,'))) onOpen();
      if (lines.some((text) => text.startsWith('data: message,'))) onMessage();
    }
  }

  async function listenForEver(onHint: () => void, onOpen: () => void, signal: AbortSignal): Promise<void> {
    let retryMs = firstRetryMs;
    const opened = (): void => {
      retryMs = firstRetryMs;
      onOpen();
      onHint();
    };
    while (!signal.aborted) {
      const stream = AbortSignal.any([signal, AbortSignal.timeout(streamLifeMs)]);
      try {
        await readStream(opened, onHint, stream);
      } catch (error) {
        if (!stream.aborted) logger.debug('the wake-up channel broke; trying again', { error, retryMs });
      }
      if (stream.aborted) continue;
      await clock.sleep(retryMs, signal);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  }

  return {
    async listen(onHint, signal) {
      const first = new AbortController();
      void listenForEver(onHint, () => first.abort(), signal);
      await clock.sleep(firstOpenMs, AbortSignal.any([first.signal, signal]));
    },
  };
}

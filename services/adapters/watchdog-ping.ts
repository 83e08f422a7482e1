/**
 * Tells a dead man's switch outside of the account that the monitor has completed a pass.
 *
 * Guarantees: ends within its time-out and never rejects; the switch notices a missing ping by itself. The address is a
 * secret: it is in no log line, not even in one of `fetch`.
 */
import type { Logger } from '../core/platform/logger.ts';
import { reasonOf } from './error-description.ts';

export type WatchdogPing = () => Promise<void>;

export const pingTimeoutMs = 3000;

export function watchdogPing(url: string, logger: Logger): WatchdogPing {
  return async () => {
    const deadline = AbortSignal.timeout(pingTimeoutMs);
    try {
      const headers = { connection: 'close' };
      const response = await fetch(url, { headers, signal: deadline, redirect: 'error' });
      await response.body?.cancel();
      if (!response.ok) logger.warn('the watchdog refused the ping', { status: response.status });
    } catch (error) {
      const why = deadline.aborted
        ? `no answer within ${pingTimeoutMs} ms`
        : withoutAddress(reasonOf(error), url);
      logger.warn('the watchdog could not be pinged', { why });
    }
  };
}

/** Neither the address nor its host, which `fetch` names when it cannot be found. */
function withoutAddress(text: string, url: string): string {
  const { host, hostname } = new URL(url);
  return [url, host, hostname].reduce((clean, part) => clean.replaceAll(part, '[redacted]'), text);
}

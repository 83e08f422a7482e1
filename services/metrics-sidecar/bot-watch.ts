/**
 * Watches the bot's own `/metrics`: what it last said, and whether it says anything now.
 *
 * Guarantees: an answer within `timeoutMs`, also when the bot hangs; once it was silent, no scrape waits for it
 * again until a look in the background finds it back. Of a silent bot only the two timestamps that tell how long
 * are served: a stale `polling_leader` would be a lie. Memory is bounded by the largest answer accepted.
 */

import { botMetricNames } from '../bot/contract.ts';
import type { Clock } from '../core/clock.ts';

export interface BotWatchOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly fetchText?: typeof fetchText;
}

export interface BotView {
  readonly up: boolean;
  /** When the bot last answered; epoch seconds, undefined before the first time. */
  readonly lastSeenSeconds: number | undefined;
  /** Prometheus text to serve for the bot. */
  readonly text: string;
}

const timeoutMs = 700;
const lookAgainMs = 2000;
const answerBytesMax = 4 * 1024 * 1024;
const keptNames = [botMetricNames.heartbeatTimestamp, botMetricNames.lastPollTimestamp];

export class BotWatch {
  private readonly options: BotWatchOptions;
  private lastText = '';
  private up = false;
  private lastSeenSeconds: number | undefined;
  private asking: Promise<void> | undefined;

  constructor(options: BotWatchOptions) {
    this.options = options;
  }

  /** Looks at the bot every other second, so that its silence and its return are noticed without a scrape. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.ask();
      await this.options.clock.sleep(lookAgainMs, signal);
    }
  }

  /** What to serve now: fresh while the bot answers, what is known at once while it does not. */
  async view(): Promise<BotView> {
    if (this.up || this.lastSeenSeconds === undefined) await this.ask();
    const { up, lastSeenSeconds } = this;
    return { up, lastSeenSeconds, text: up ? this.lastText : keptFamilies(this.lastText) };
  }

  /** Scrapes that come together share one request. */
  private ask(): Promise<void> {
    this.asking ??= this.askOnce().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async askOnce(): Promise<void> {
    const { url, clock } = this.options;
    try {
      this.lastText = await (this.options.fetchText ?? fetchText)(url);
      this.lastSeenSeconds = clock.wallMs() / 1000;
      this.up = true;
    } catch {
      // Silence is an answer here: it is what the sidecar exists to report.
      this.up = false;
    }
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The lines of the families that outlive the bot's silence. */
function keptFamilies(text: string): string {
  const belongs = (line: string): boolean =>
    keptNames.some(
      (name) =>
        line.startsWith(`${name} `) ||
        line.startsWith(`# HELP ${name} `) ||
        line.startsWith(`# TYPE ${name} `),
    );
  const lines = text.split('\n').filter(belongs);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

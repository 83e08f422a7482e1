/**
 * Watches the bot's own `/metrics` in the background, so that a scrape never has to wait for the bot.
 *
 * The intuition: whether the bot is hung is not found out when Prometheus asks but has been found out before. Scrapes
 * are answered from memory, so a hung bot's scrape costs what a healthy one's does.
 *
 * Guarantees
 * - What is served as the bot's is at most `lookEveryMs + patienceMs` old (1.7 s), and a silent bot is known as
 *   silent by then. So a stale `polling_leader` cannot outlive the shortest lease (3 s) and stand beside a new one.
 * - A silent bot's question stays open: its answer is the bot's return, noticed the moment it comes. There is one
 *   question at a time, so a bot that hangs for days does not find thousands waiting.
 * - Of a silent bot only the timestamps are kept that tell for how long.
 * - A view takes at most `patienceMs`, which it takes only before the first look has ended and when this process
 *   itself was stopped for a while.
 *
 * Does not guarantee: to tell a hung bot from one that is starved of CPU. Both are silent, which is what counts.
 */
import type { Clock } from '../core/platform/clock.ts';
import type { Family } from './exposition.ts';

export type LookResult = 'answered' | 'late' | 'silent' | 'unreachable' | 'unusable';
export const lookResults: readonly LookResult[] = ['answered', 'late', 'silent', 'unreachable', 'unusable'];

export interface BotWatchOptions {
  readonly clock: Clock;
  /** One question; rejects when there is no usable answer, also when the signal aborts. */
  readonly ask: (signal: AbortSignal) => Promise<readonly Family[]>;
  /** Families that outlive the bot's silence. */
  readonly keptNames: readonly string[];
  /** Hears of every look, and of how long the answer took where there was one. */
  readonly onLook?: (result: LookResult, elapsedMs: number) => void;
}

export interface BotView {
  readonly up: boolean;
  /** When the bot last answered; epoch seconds, undefined before the first time. */
  readonly lastSeenSeconds: number | undefined;
  /** What to serve for the bot. */
  readonly families: readonly Family[];
}

/** How long a bot may take for an answer before it counts as silent. */
export const patienceMs = 700;
export const lookEveryMs = 1000;
/** After this long without an answer the question is put anew: the one before may have been lost. */
const questionMs = 10_000;
/** A view older than this was not kept up to date: this process was stopped, or starved. */
const viewAgeMaxMs = lookEveryMs + 2 * patienceMs;

type Answer =
  | { readonly kind: 'families'; readonly families: readonly Family[] }
  | { readonly kind: 'failed'; readonly result: LookResult };

export class BotWatch {
  private readonly options: BotWatchOptions;
  private families: readonly Family[] = [];
  private state: 'unknown' | 'up' | 'silent' = 'unknown';
  private answeredMs = Number.NEGATIVE_INFINITY;
  private lastSeenSeconds: number | undefined;
  private settled = Promise.withResolvers<void>();

  constructor(options: BotWatchOptions) {
    this.options = options;
  }

  /** Looks until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal);
      await this.options.clock.sleep(lookEveryMs, signal);
    }
  }

  async view(): Promise<BotView> {
    if (!this.isCurrent()) await this.within(patienceMs, this.settled.promise);
    const up = this.state === 'up' && this.isCurrent();
    const families = up ? this.families : this.keptFamilies();
    return { up, lastSeenSeconds: this.lastSeenSeconds, families };
  }

  private async look(stop: AbortSignal): Promise<void> {
    const asking = new AbortController();
    const end = (): void => asking.abort();
    stop.addEventListener('abort', end, { once: true });
    try {
      await this.lookOnce(stop, this.answerOf(asking.signal));
    } finally {
      stop.removeEventListener('abort', end);
      end();
    }
  }

  private async lookOnce(stop: AbortSignal, answer: Promise<Answer>): Promise<void> {
    const { clock, onLook } = this.options;
    const startedMs = clock.monotonicMs();
    let result = await this.within(patienceMs, answer);
    const isLate = result === undefined;
    if (isLate) {
      this.noteSilence();
      onLook?.('silent', clock.monotonicMs() - startedMs);
      result = await this.within(questionMs - patienceMs, answer);
    }
    if (stop.aborted || result === undefined) return;
    if (result.kind === 'failed') this.noteSilence();
    else this.noteAnswer(result.families);
    const answered = isLate ? 'late' : 'answered';
    onLook?.(result.kind === 'failed' ? result.result : answered, clock.monotonicMs() - startedMs);
  }

  private async answerOf(signal: AbortSignal): Promise<Answer> {
    try {
      return { kind: 'families', families: await this.options.ask(signal) };
    } catch (error) {
      // Silence is an answer here: it is what the sidecar exists to report.
      const isUnusable = error instanceof Error && 'code' in error && unusableCodes.includes(error.code);
      return { kind: 'failed', result: isUnusable ? 'unusable' : 'unreachable' };
    }
  }

  /** Undefined when the time is over first. */
  private async within<T>(delayMs: number, event: Promise<T>): Promise<T | undefined> {
    const first = new AbortController();
    const over = this.options.clock.sleep(delayMs, first.signal);
    const result = await Promise.race([event, over.then(() => undefined)]);
    first.abort();
    return result;
  }

  private noteAnswer(families: readonly Family[]): void {
    const { clock } = this.options;
    this.families = families;
    this.answeredMs = clock.monotonicMs();
    this.lastSeenSeconds = clock.wallMs() / 1000;
    this.settle('up');
  }

  private noteSilence(): void {
    this.families = this.keptFamilies();
    this.settle('silent');
  }

  private settle(state: 'up' | 'silent'): void {
    this.state = state;
    this.settled.resolve();
    this.settled = Promise.withResolvers<void>();
  }

  private keptFamilies(): readonly Family[] {
    return this.families.filter(({ name }) => this.options.keptNames.includes(name));
  }

  private isCurrent(): boolean {
    if (this.state === 'unknown') return false;
    return this.state === 'silent' || this.options.clock.monotonicMs() - this.answeredMs <= viewAgeMaxMs;
  }
}

const unusableCodes: readonly unknown[] = ['EXPOSITION_MALFORMED', 'BOT_ANSWER_UNUSABLE'];

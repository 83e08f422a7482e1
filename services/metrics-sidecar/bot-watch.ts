/**
 * Watches the bot's own `/metrics` in the background, so that a scrape never waits for the bot.
 *
 * The idea: the sidecar knows whether the bot hangs before Prometheus asks. It answers scrapes from memory, so a
 * scrape of a hung bot costs no more than a scrape of a healthy one.
 *
 * Guarantees
 * - The bot's series are at most `lookEveryMs + patienceMs` old (1.7 s); by then a silent bot counts as silent. So a
 *   stale `polling_leader` cannot outlive the shortest lease (3 s) and appear beside a new leader.
 * - The request to a silent bot stays open, and its answer shows at once that the bot is back. There is one request at
 *   a time, so thousands do not pile up at a bot that hangs for days.
 * - While the bot is silent, only the timestamps that show for how long are kept.
 * - A view takes at most `patienceMs`. It waits only before the first look has ended, or after this process itself was
 *   stopped for a while.
 *
 * Does not guarantee to distinguish a hung bot from one that is starved of CPU: both are silent.
 */
import type { Clock } from '../core/platform/clock.ts';
import type { Family } from './exposition.ts';

export type LookResult = 'answered' | 'late' | 'silent' | 'unreachable' | 'unusable';
export const lookResults: readonly LookResult[] = ['answered', 'late', 'silent', 'unreachable', 'unusable'];

export interface BotWatchOptions {
  readonly clock: Clock;
  /** Fetches once; rejects without a usable answer or when the signal aborts. */
  readonly ask: (signal: AbortSignal) => Promise<readonly Family[]>;
  /** Families to keep while the bot is silent. */
  readonly keptNames: readonly string[];
  /** Called after every look with its result and how long it took. */
  readonly onLook?: (result: LookResult, elapsedMs: number) => void;
}

export interface BotView {
  readonly up: boolean;
  /** When the bot last answered, in epoch seconds; undefined before its first answer. */
  readonly lastSeenSeconds: number | undefined;
  /** The families to serve for the bot. */
  readonly families: readonly Family[];
}

/** How long the bot may take to answer before it counts as silent. */
export const patienceMs = 700;
export const lookEveryMs = 1000;
/** Ask again after this long without an answer: the request may have been lost. */
const questionMs = 10_000;
/** Older than this, the data is stale: this process was stopped or starved. */
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
      // A failure is a result here: reporting it is what the sidecar is for.
      const isUnusable = error instanceof Error && 'code' in error && unusableCodes.includes(error.code);
      return { kind: 'failed', result: isUnusable ? 'unusable' : 'unreachable' };
    }
  }

  /** Undefined on timeout. */
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

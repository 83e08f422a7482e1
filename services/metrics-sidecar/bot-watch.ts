/**
 * Watches the bot's own `/metrics`: asks when a scrape needs it, and now and then when nobody scrapes.
 *
 * The idea: a scrape of a healthy bot gets an answer of this moment. A bot that hangs keeps one question open, so that
 * only the first scrape waits for it; the others are answered from memory until the bot is back.
 *
 * Guarantees
 * - The bot's series are at most a second old, so a stale `polling_leader` cannot outlive the shortest lease (3 s) and
 *   appear beside a new leader.
 * - A hung bot counts as silent within `lookEveryMs + patienceMs` (10.7 s), scraped or not. Its answer shows at once
 *   that it is back.
 * - There is one request at a time, and at most one a second, however many scrape.
 * - While the bot is silent, only the timestamps that show for how long are kept.
 * - A view takes at most `patienceMs`.
 *
 * Does not guarantee to distinguish a hung bot from one that is starved of CPU: both are silent.
 */
import { WakeUp } from '../core/lease/wake-up.ts';
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
/** Ask this often even if nobody scrapes: each question costs both processes CPU. */
export const lookEveryMs = 10_000;
/** A scrape accepts an answer this old. */
const viewAgeMaxMs = 1000;
/** Ask again after this long without an answer: the request may have been lost. */
const questionMs = 10_000;

type Answer =
  | { readonly kind: 'families'; readonly families: readonly Family[] }
  | { readonly kind: 'failed'; readonly result: LookResult };

export class BotWatch {
  private readonly options: BotWatchOptions;
  private families: readonly Family[] = [];
  private readonly wakeUp: WakeUp;
  private state: 'unknown' | 'up' | 'silent' = 'unknown';
  private settledMs = Number.NEGATIVE_INFINITY;
  private isAsking = false;
  private lastSeenSeconds: number | undefined;
  private settled = Promise.withResolvers<void>();

  constructor(options: BotWatchOptions) {
    this.options = options;
    this.wakeUp = new WakeUp(options.clock);
  }

  /** Looks until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isAnswered = await this.look(signal);
      this.wakeUp.reset();
      // A silent bot always has a question open, so that no further scrape waits for it.
      if (isAnswered) await this.wakeUp.sleep(lookEveryMs, signal);
    }
  }

  async view(): Promise<BotView> {
    if (!this.isCurrent()) {
      this.wakeUp.notify();
      await this.within(patienceMs, this.settled.promise);
    }
    const up = this.state === 'up' && this.isCurrent();
    const families = up ? this.families : this.keptFamilies();
    return { up, lastSeenSeconds: this.lastSeenSeconds, families };
  }

  /** False if the bot neither answered nor refused. */
  private async look(stop: AbortSignal): Promise<boolean> {
    const asking = new AbortController();
    const end = (): void => asking.abort();
    stop.addEventListener('abort', end, { once: true });
    this.isAsking = true;
    try {
      return await this.lookOnce(stop, this.answerOf(asking.signal));
    } finally {
      this.isAsking = false;
      stop.removeEventListener('abort', end);
      end();
    }
  }

  private async lookOnce(stop: AbortSignal, answer: Promise<Answer>): Promise<boolean> {
    const { clock, onLook } = this.options;
    const startedMs = clock.monotonicMs();
    let result = await this.within(patienceMs, answer);
    const isLate = result === undefined;
    if (isLate) {
      this.noteSilence();
      onLook?.('silent', clock.monotonicMs() - startedMs);
      result = await this.within(questionMs - patienceMs, answer);
    }
    if (stop.aborted || result === undefined) return false;
    if (result.kind === 'failed') this.noteSilence();
    else this.noteAnswer(result.families);
    const answered = isLate ? 'late' : 'answered';
    onLook?.(result.kind === 'failed' ? result.result : answered, clock.monotonicMs() - startedMs);
    return true;
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
    this.families = families;
    this.lastSeenSeconds = this.options.clock.wallMs() / 1000;
    this.settle('up');
  }

  private noteSilence(): void {
    this.families = this.keptFamilies();
    this.settle('silent');
  }

  private settle(state: 'up' | 'silent'): void {
    this.state = state;
    this.settledMs = this.options.clock.monotonicMs();
    this.settled.resolve();
    this.settled = Promise.withResolvers<void>();
  }

  private keptFamilies(): readonly Family[] {
    return this.families.filter(({ name }) => this.options.keptNames.includes(name));
  }

  private isCurrent(): boolean {
    const isFresh = this.options.clock.monotonicMs() - this.settledMs <= viewAgeMaxMs;
    return isFresh || (this.state === 'silent' && this.isAsking);
  }
}

const unusableCodes: readonly unknown[] = ['EXPOSITION_MALFORMED', 'BOT_ANSWER_UNUSABLE'];

/**
 * Checks what is said about the handlers against the truth: while they fail, the store says so and people were told within
 * half an hour; once they work, it says so no more; and nobody is told while they work. How often people are told, and
 * that each gets it, is checked with all other warnings.
 */
import type { EmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import type { Report } from './outage-checker.ts';
import type { RanScript, StoreLine } from './store-line.ts';

export interface HandlersCheckerOptions {
  readonly store: EmbeddedStore;
  readonly outageKey: string;
  readonly line: StoreLine;
  readonly nowMs: () => number;
  readonly report: Report;
}

/** Half an hour, and a report later. */
const quietMs = 1_800_000 + 60_000;
/** In a store that answers, a report is written or deleted by then, though some requests are lost. */
const writtenWithinMs = 60_000;
/** How late a request may be carried out after its sender is gone. */
const lateMs = 15_000;

export class HandlersChecker {
  private readonly options: HandlersCheckerOptions;
  /** Since the version began whose handlers failed last, they may be reported. */
  private failingEpoch = 0;
  private epoch = 0;
  private changedMs = 0;
  private isFailing = false;
  private toldMs = Number.NEGATIVE_INFINITY;
  private awayMs = Number.NEGATIVE_INFINITY;
  /** A report was written after its deletion, by a request that came late: its sender cannot know. */
  private isLateReport = false;

  constructor(options: HandlersCheckerOptions) {
    this.options = options;
  }

  failing(epoch: number): void {
    this.failingEpoch = epoch;
    this.change(epoch, true);
  }

  working(epoch: number): void {
    this.change(epoch, false);
  }

  handled(): void {
    if (this.options.line.isAway) this.awayMs = this.options.nowMs();
  }

  ran({ script, args, reply }: RanScript): void {
    const nowMs = this.options.nowMs();
    if (script === 'report-handlers-1' && args[1] !== '' && !this.isFailing) this.isLateReport = true;
    if (script === 'report-handlers-1' && args[1] === '') this.isLateReport = false;
    if (script !== 'raise-notice-2' || args[0] !== 'handlers-failing' || reply !== 1) return;
    this.toldMs = nowMs;
    const mayBeSaid = this.isFailing || this.epoch === this.failingEpoch || nowMs - this.changedMs < lateMs;
    if (!mayBeSaid) this.options.report('people were told that handlers fail while they work');
  }

  mustBeReported(): void {
    const { nowMs, report } = this.options;
    if (!this.isSettled()) return;
    if (!this.isReported()) report(`the store does not say that the handlers of term ${this.epoch} fail`);
    if (nowMs() - this.toldMs > quietMs)
      report(`nobody was told that the handlers of term ${this.epoch} fail`);
  }

  mustBeOver(): void {
    const { report } = this.options;
    if (this.isSettled() && !this.isLateReport && this.isReported())
      report(`the store says that the handlers of term ${this.epoch} fail, and they work`);
  }

  private change(epoch: number, isFailing: boolean): void {
    this.epoch = epoch;
    this.isFailing = isFailing;
    this.changedMs = this.options.nowMs();
  }

  private isSettled(): boolean {
    return this.options.nowMs() - this.awayMs > writtenWithinMs;
  }

  private isReported(): boolean {
    const { store, outageKey } = this.options;
    return String(store.execute(['HGET', outageKey, 'handlers'])).startsWith(`${this.epoch}|`);
  }
}

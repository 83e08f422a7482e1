/**
 * Tells the store and the superadmins when most updates of a term fail: a bot that answers nobody is down, whatever its
 * heartbeat says. `core/updates/handler-health.ts` has the rule.
 *
 * A change counts once it has lasted five seconds, so that one update more or less does not make it flap. While handlers
 * fail, the report in the store is renewed at most every half minute; each term starts afresh.
 *
 * Fire and forget: a failure of the store never reaches the handlers, and is tried again. The store throttles the warning
 * to one in half an hour. If another process raised the last one, this class asks again with each report, so that the next
 * warning comes as soon as it may.
 */
import type { Clock } from '../platform/clock.ts';
import { type HandlerStanding, HandlerTally, nextStanding } from '../updates/handler-health.ts';
import type { HandlersReportStore } from '../updates/handlers-report.ts';
import type { WarningStore } from './warning-store.ts';
import { throttleRules } from './warnings.ts';

export interface HandlersAlarmDeps {
  readonly clock: Clock;
  readonly reports: HandlersReportStore;
  readonly warnings: WarningStore;
  readonly host: string;
  /** The epoch of the term that leads; undefined between terms. */
  readonly epoch: () => number | undefined;
  /** A thrown value in one line without secrets. */
  readonly describe: (error: unknown) => string;
  readonly onTrouble: (what: string, error: unknown) => void;
}

const kind = 'handlers-failing';
const lastsMs = 5000;
const renewMs = 30_000;
const retryMs = 5000;

interface TermWatch {
  readonly epoch: number;
  readonly tally: HandlerTally;
  standing: HandlerStanding;
  changedMs: number;
  /** The first failure; meaningful while the handlers fail. */
  sinceMs: number;
  lastError: unknown;
  /** What the store says; `unknown` after a write whose answer was lost. */
  written: HandlerStanding | 'unknown';
  writtenMs: number;
  hasNews: boolean;
}

export class HandlersAlarm {
  private readonly deps: HandlersAlarmDeps;
  private term: TermWatch | undefined;
  private isFollowing = false;
  private quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(deps: HandlersAlarmDeps) {
    this.deps = deps;
  }

  /** A handler ended. */
  ended(result: 'ok' | 'failed', error?: unknown): void {
    const nowMs = this.deps.clock.monotonicMs();
    const term = this.termNow(nowMs);
    if (term === undefined) return;
    term.tally.add(result, nowMs);
    if (result === 'failed') term.lastError = error;
    const counts = term.tally.counts(nowMs);
    const standing = nextStanding(term.standing, counts);
    if (standing !== term.standing) {
      term.changedMs = nowMs;
      if (standing === 'failing') term.sinceMs = counts.firstFailedMs ?? nowMs;
    }
    term.standing = standing;
    term.hasNews = true;
    if (!this.isFollowing && this.dueInMs(term) !== undefined) void this.follow();
  }

  private termNow(nowMs: number): TermWatch | undefined {
    const epoch = this.deps.epoch();
    if (epoch === undefined || epoch === this.term?.epoch) return epoch === undefined ? undefined : this.term;
    this.term = {
      epoch,
      tally: new HandlerTally(),
      standing: 'working',
      changedMs: nowMs,
      sinceMs: nowMs,
      lastError: undefined,
      written: 'working',
      writtenMs: Number.NEGATIVE_INFINITY,
      hasNews: false,
    };
    return this.term;
  }

  /** When the store must hear of this term again; undefined if it knows all. */
  private dueInMs(term: TermWatch): number | undefined {
    if (!term.hasNews) return undefined;
    const nowMs = this.deps.clock.monotonicMs();
    if (term.standing !== term.written) return Math.max(0, term.changedMs + lastsMs - nowMs);
    return term.standing === 'failing' ? Math.max(0, term.writtenMs + renewMs - nowMs) : undefined;
  }

  private async follow(): Promise<void> {
    const { clock } = this.deps;
    this.isFollowing = true;
    for (;;) {
      const { term } = this;
      const dueInMs = term === undefined ? undefined : this.dueInMs(term);
      if (term === undefined || dueInMs === undefined) break;
      // Another change may be due sooner.
      if (dueInMs > 0) await clock.sleep(Math.min(dueInMs, lastsMs));
      else if (!(await this.tell(term))) await clock.sleep(retryMs);
    }
    this.isFollowing = false;
  }

  /** False if the store failed. */
  private async tell(term: TermWatch): Promise<boolean> {
    const { clock, reports, describe, onTrouble } = this.deps;
    const nowMs = clock.monotonicMs();
    const { standing, epoch, sinceMs } = term;
    const { failed, handled } = term.tally.counts(nowMs);
    const lastError = describe(term.lastError);
    term.hasNews = false;
    try {
      if (standing === 'working') await reports.clear(epoch);
      else {
        await reports.write({ epoch, failed, handled, lastError, failingMs: nowMs - sinceMs });
        await this.raise({ failed, handled, error: lastError }, nowMs);
      }
      term.written = standing;
      term.writtenMs = nowMs;
      return true;
    } catch (error) {
      term.written = 'unknown';
      term.hasNews = true;
      onTrouble('report that handlers fail', error);
      return false;
    }
  }

  private async raise(
    params: { readonly failed: number; readonly handled: number; readonly error: string },
    nowMs: number,
  ): Promise<void> {
    const { warnings, host } = this.deps;
    if (nowMs < this.quietUntilMs) return;
    if (await warnings.raise({ kind, key: '', params: { ...params, host } }))
      this.quietUntilMs = nowMs + throttleRules[kind].quietMs;
  }
}

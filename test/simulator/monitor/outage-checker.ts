/**
 * Checks outages against the truth about the heartbeat: an outage opens only after the limit, one at a time, and ends
 * only with a fresh heartbeat. It reads the heartbeat by itself and shares no code with what it checks.
 */
import type { EmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import type { RanScript } from './store-line.ts';

export type Report = (violation: string) => void;

export interface KnownOutage {
  readonly id: string;
  readonly openedMs: number;
  recoveredMs: number | undefined;
  restarts: number;
}

export interface OutageCheckerOptions {
  readonly store: EmbeddedStore;
  readonly heartbeatKey: string;
  readonly staleMs: number;
  readonly nowMs: () => number;
  readonly report: Report;
}

/** The longest time from a decision to its script: a run's own limit. */
const decidedWithinMs = 60_000;

export class OutageChecker {
  readonly outages = new Map<string, KnownOutage>();
  newest: KnownOutage | undefined;
  private readonly options: OutageCheckerOptions;
  firstRunMs: number | undefined;
  /** Since when every run found the heartbeat unusable; what was stored between two runs is unknown. */
  private unreadableSinceMs: number | undefined;

  constructor(options: OutageCheckerOptions) {
    this.options = options;
  }

  ran({ script, args, reply }: RanScript): void {
    const nowMs = this.options.nowMs();
    if (script === 'watch-bot-10') {
      this.firstRunMs ??= nowMs;
      this.unreadableSinceMs = this.isUsable() ? undefined : (this.unreadableSinceMs ?? nowMs);
    }
    if (script === 'open-outage-5' && reply === 1) this.opened(args[1] ?? '', nowMs);
    if (script === 'recover-outage-5' && reply === 1) this.recovered(args[1] ?? '', nowMs);
  }

  private opened(id: string, nowMs: number): void {
    if (this.outages.has(id)) return;
    const { report, staleMs } = this.options;
    if (this.newest !== undefined && this.newest.recoveredMs === undefined) {
      report(`a second outage was opened beside ${this.newest.id}`);
    }
    const silentMs = nowMs - this.silentSinceMs(nowMs);
    if (silentMs <= staleMs) report(`an outage was opened after ${silentMs} ms of silence`);
    this.newest = { id, openedMs: nowMs, recoveredMs: undefined, restarts: 0 };
    this.outages.set(id, this.newest);
  }

  private recovered(id: string, nowMs: number): void {
    const outage = this.outages.get(id);
    if (outage === undefined || outage.recoveredMs !== undefined) return;
    const tsMs = this.readableMs();
    const { report, staleMs } = this.options;
    if (tsMs === undefined || !this.isUsable()) report(`${id} ended without a readable heartbeat`);
    else if (nowMs - tsMs > staleMs + decidedWithinMs)
      report(`${id} ended with a stale heartbeat of ${tsMs}`);
    outage.recoveredMs = nowMs;
  }

  private silentSinceMs(nowMs: number): number {
    const tsMs = this.readableMs();
    if (tsMs !== undefined && this.isUsable()) return tsMs;
    if (this.raw() === null) return this.firstRunMs ?? nowMs;
    return this.unreadableSinceMs ?? nowMs;
  }

  private isUsable(): boolean {
    const tsMs = this.readableMs();
    return tsMs !== undefined && tsMs - this.options.nowMs() <= this.options.staleMs;
  }

  private readableMs(): number | undefined {
    const ts = /"ts":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"/.exec(this.raw() ?? '')?.[1];
    return ts === undefined ? undefined : new Date(ts).getTime();
  }

  private raw(): string | null {
    const value = this.options.store.execute(['GET', this.options.heartbeatKey]);
    return typeof value === 'string' ? value : null;
  }
}

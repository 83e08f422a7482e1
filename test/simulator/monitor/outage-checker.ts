/**
 * Opens and recoveries against the truth about the heartbeat: an outage is opened only over the limit, one at a time,
 * and ended only by a fresh heartbeat. Reads the heartbeat by itself and shares no code with what it checks.
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

/** From the judgement to the script that carries it out: a run's own limit. */
const judgedWithinMs = 60_000;

export class OutageChecker {
  readonly outages = new Map<string, KnownOutage>();
  newest: KnownOutage | undefined;
  private readonly options: OutageCheckerOptions;
  firstLookMs: number | undefined;
  /** Since when every look found no heartbeat that can be believed; what stood there between two, nobody knows. */
  private unreadableSinceMs: number | undefined;

  constructor(options: OutageCheckerOptions) {
    this.options = options;
  }

  ran({ script, args, reply }: RanScript): void {
    const nowMs = this.options.nowMs();
    if (script === 'watch-bot-9') {
      this.firstLookMs ??= nowMs;
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
    if (tsMs === undefined || !this.isUsable()) report(`${id} was ended by no readable heartbeat`);
    else if (nowMs - tsMs > staleMs + judgedWithinMs) report(`${id} was ended by a heartbeat of ${tsMs}`);
    outage.recoveredMs = nowMs;
  }

  private silentSinceMs(nowMs: number): number {
    const tsMs = this.readableMs();
    if (tsMs !== undefined && this.isUsable()) return tsMs;
    if (this.raw() === null) return this.firstLookMs ?? nowMs;
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

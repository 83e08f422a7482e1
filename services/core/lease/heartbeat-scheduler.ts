/**
 * Plans the renewals of one term and what each carries: the heartbeat, if one is due and polls succeed, or else why they
 * fail, and the finished journal entries to delete. So an idle leader costs one script per renewal and nothing else.
 *
 * Guarantees: every time in a heartbeat, the first one's too, is on the store's clock, because the answer to the
 * acquire seeds it and the answer to each renewal corrects it. An answer that travelled or waited for a while makes
 * a heartbeat look that much older, never newer.
 */
import type { Clock } from '../platform/clock.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { RenewalPlan } from './lease.ts';
import type { RenewPayload } from './lock-store.ts';
import type { LockHolder } from './lock-value.ts';
import type { PollHealth } from './poll-health.ts';

/** The ended updates whose journal entries a renewal deletes. */
export interface FinishedUpdates {
  ids(): readonly number[];
  /** The store confirmed that it deleted these. */
  onRemoved(ids: readonly number[]): void;
}

export interface HeartbeatSchedulerOptions {
  readonly clock: Clock;
  readonly renewMs: number;
  readonly intervalMs: number;
  readonly holder: Pick<LockHolder, 'host' | 'pid' | 'env'>;
  readonly botId: string;
  readonly epoch: number;
  readonly version: string;
  readonly health: PollHealth;
  /** How far the store's wall clock is ahead of this machine's. */
  readonly storeAheadMs: number;
  readonly inFlight: () => number;
  readonly finished: FinishedUpdates;
}

export class HeartbeatScheduler implements RenewalPlan {
  private readonly options: HeartbeatSchedulerOptions;
  private lastRenewalMs: number;
  private lastHeartbeatMs = Number.NEGATIVE_INFINITY;
  /** What the stored heartbeat gives as the reason; the next poll that succeeds clears it at once. */
  private storedError: string | null = null;
  private storeAheadMs: number;

  constructor(options: HeartbeatSchedulerOptions) {
    this.options = options;
    this.lastRenewalMs = options.clock.monotonicMs();
    this.storeAheadMs = options.storeAheadMs;
  }

  dueInMs(): number {
    const { clock, renewMs, health } = this.options;
    const nowMs = clock.monotonicMs();
    const renewalMs = this.lastRenewalMs + renewMs;
    const heartbeatMs = health.isGood(nowMs) ? this.nextHeartbeatMs() : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(renewalMs, heartbeatMs) - nowMs);
  }

  /** Whether the next renewal carries a heartbeat if it is sent now. */
  isHeartbeatDue(): boolean {
    const { clock, health } = this.options;
    const nowMs = clock.monotonicMs();
    return health.isGood(nowMs) && nowMs >= this.nextHeartbeatMs();
  }

  payload(): RenewPayload {
    const finishedUpdateIds = this.options.finished.ids();
    if (this.isHeartbeatDue()) return { heartbeat: this.compose(), finishedUpdateIds };
    const { lastError } = this.options.health;
    const isNews = lastError !== null && lastError !== this.storedError;
    return isNews ? { pollError: lastError, finishedUpdateIds } : { finishedUpdateIds };
  }

  onRenewed({ heartbeat, pollError, finishedUpdateIds = [] }: RenewPayload, storeTimeMs: number): void {
    const { clock, finished } = this.options;
    this.lastRenewalMs = clock.monotonicMs();
    if (heartbeat !== undefined) {
      this.lastHeartbeatMs = this.lastRenewalMs;
      this.storedError = null;
    }
    if (pollError !== undefined) this.storedError = pollError;
    this.storeAheadMs = storeTimeMs - clock.wallMs();
    finished.onRemoved(finishedUpdateIds);
  }

  private nextHeartbeatMs(): number {
    return this.storedError === null
      ? this.lastHeartbeatMs + this.options.intervalMs
      : Number.NEGATIVE_INFINITY;
  }

  private compose(): string {
    const { clock, holder, botId, epoch, version, health, inFlight } = this.options;
    const heartbeat: Heartbeat = {
      host: holder.host,
      pid: holder.pid,
      env: holder.env,
      bot: botId,
      ts: this.storeIso(clock.wallMs()),
      last_poll_ts: this.storeIso(health.lastSuccessWallMs ?? clock.wallMs()),
      last_error: null,
      in_flight: inFlight(),
      epoch,
      version,
    };
    return JSON.stringify(heartbeat);
  }

  private storeIso(wallMs: number): string {
    return new Date(wallMs + this.storeAheadMs).toISOString();
  }
}

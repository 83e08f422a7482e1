/**
 * Plans the renewals of one term and what they take along: the heartbeat when one is due and polls succeed, and
 * the journal entries that are finished. So an idle leader costs one script per renewal and nothing else.
 */
import type { Clock } from '../platform/clock.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { RenewalPlan } from './lease.ts';
import type { RenewPayload } from './lock-store.ts';
import type { LockHolder } from './lock-value.ts';
import type { PollHealth } from './poll-health.ts';

export interface HeartbeatSchedulerOptions {
  readonly clock: Clock;
  readonly renewMs: number;
  readonly intervalMs: number;
  readonly holder: Pick<LockHolder, 'host' | 'pid' | 'env'>;
  readonly epoch: number;
  readonly version: string;
  readonly health: PollHealth;
  readonly inFlight: () => number;
  readonly finishedUpdateIds: () => readonly number[];
}

export class HeartbeatScheduler implements RenewalPlan {
  private readonly options: HeartbeatSchedulerOptions;
  private lastRenewalMs: number;
  private lastHeartbeatMs = Number.NEGATIVE_INFINITY;
  /** What to add to this machine's wall clock to get the store's. */
  private storeOffsetMs = 0;

  constructor(options: HeartbeatSchedulerOptions) {
    this.options = options;
    this.lastRenewalMs = options.clock.monotonicMs();
  }

  dueInMs(): number {
    const { clock, renewMs, intervalMs, health } = this.options;
    const nowMs = clock.monotonicMs();
    const renewalMs = this.lastRenewalMs + renewMs;
    const beatMs = health.isGood(nowMs) ? this.lastHeartbeatMs + intervalMs : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(renewalMs, beatMs) - nowMs);
  }

  /** Whether a heartbeat could be written right now, had a renewal just been sent. */
  isDue(): boolean {
    const { clock, intervalMs, health } = this.options;
    const nowMs = clock.monotonicMs();
    return health.isGood(nowMs) && nowMs >= this.lastHeartbeatMs + intervalMs;
  }

  payload(): RenewPayload {
    const finishedUpdateIds = this.options.finishedUpdateIds();
    return this.isDue() ? { heartbeat: this.compose(), finishedUpdateIds } : { finishedUpdateIds };
  }

  renewed(payload: RenewPayload, storeTimeMs: number): void {
    const { clock } = this.options;
    this.lastRenewalMs = clock.monotonicMs();
    if (payload.heartbeat !== undefined) this.lastHeartbeatMs = this.lastRenewalMs;
    this.setStoreTime(storeTimeMs);
  }

  setStoreTime(storeTimeMs: number): void {
    this.storeOffsetMs = storeTimeMs - this.options.clock.wallMs();
  }

  private compose(): string {
    const { clock, holder, epoch, version, health, inFlight } = this.options;
    const heartbeat: Heartbeat = {
      host: holder.host,
      pid: holder.pid,
      env: holder.env,
      ts: this.storeIso(clock.wallMs()),
      last_poll_ts: this.storeIso(health.lastSuccessWallMs ?? clock.wallMs()),
      last_error: health.lastError,
      in_flight: inFlight(),
      epoch,
      version,
    };
    return JSON.stringify(heartbeat);
  }

  private storeIso(wallMs: number): string {
    return new Date(wallMs + this.storeOffsetMs).toISOString();
  }
}

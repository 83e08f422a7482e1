/**
 * What this worker is doing: the facts behind its health page and its metrics.
 *
 * A leader is healthy if a poll succeeded within three minutes, a standby if the store answered within three. A worker
 * that gave its lock up because Telegram is out of reach is as unhealthy as a leader that cannot poll.
 */

import type { Held } from '../core/lease/lock-store.ts';
import { describeHolder } from '../core/lease/lock-value.ts';
import type { PollHealth } from '../core/lease/poll-health.ts';
import type { TelegramReach } from '../core/lease/telegram-reach.ts';
import type { Term } from '../core/lease/term.ts';
import type { Health } from '../core/platform/status-paths.ts';
import type { PollingSession } from '../core/updates/polling-session.ts';

/** A leader without a successful poll, or a standby without an answer from the store, is unhealthy after this long. */
const silenceMaxMs = 180_000;

export class WorkerState {
  term: Term | undefined;
  session: PollingSession | undefined;
  private holder: Held | undefined;
  private storeAnsweredMs: number | undefined;
  private readonly health: PollHealth;
  private readonly reach: Pick<TelegramReach, 'unreachableMs'>;

  constructor(health: PollHealth, reach: Pick<TelegramReach, 'unreachableMs'>) {
    this.health = health;
    this.reach = reach;
  }

  /** The store answered that another process holds the lock. */
  standBy(held: Held, nowMonotonicMs: number): void {
    this.holder = held;
    this.storeAnsweredMs = nowMonotonicMs;
  }

  lead(term: Term, nowMonotonicMs: number): void {
    this.term = term;
    this.holder = undefined;
    this.storeAnsweredMs = nowMonotonicMs;
  }

  stopLeading(): void {
    this.term = undefined;
    this.session = undefined;
  }

  isLeading(): boolean {
    return this.term?.mayAct() ?? false;
  }

  report(nowMonotonicMs: number): Health {
    return this.term === undefined
      ? this.reportStandby(nowMonotonicMs)
      : this.reportLeader(this.term, nowMonotonicMs);
  }

  private reportLeader(term: Term, nowMonotonicMs: number): Health {
    const pollAgeMs = this.health.ageMs(nowMonotonicMs);
    const ledMs = nowMonotonicMs - (this.storeAnsweredMs ?? nowMonotonicMs);
    const waitedMs = pollAgeMs ?? Math.max(ledMs, this.reach.unreachableMs);
    const healthy = waitedMs <= silenceMaxMs;
    const reason = healthy ? {} : { reason: `no poll succeeded for ${Math.round(waitedMs / 1000)} s` };
    return {
      healthy,
      body: {
        role: 'leader',
        epoch: term.epoch,
        since: new Date(term.sinceMs).toISOString(),
        lastPollAgeSeconds: seconds(pollAgeMs),
        inFlight: this.session?.ledger.inFlight ?? 0,
        lastError: this.health.lastError,
        ...reason,
      },
    };
  }

  private reportStandby(nowMonotonicMs: number): Health {
    const ageMs = this.storeAnsweredMs === undefined ? undefined : nowMonotonicMs - this.storeAnsweredMs;
    const { unreachableMs } = this.reach;
    const healthy = ageMs !== undefined && ageMs <= silenceMaxMs && unreachableMs <= silenceMaxMs;
    const reason =
      ageMs === undefined
        ? 'the store has not answered yet'
        : unreachableMs > silenceMaxMs
          ? `Telegram has been out of reach for ${seconds(unreachableMs)} s`
          : `the store has been silent for ${seconds(ageMs)} s`;
    const waitingFor = this.holder === undefined ? null : describeHolder(this.holder.value);
    return { healthy, body: { role: 'standby', waitingFor, ...(healthy ? {} : { reason }) } };
  }
}

function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms / 1000);
}

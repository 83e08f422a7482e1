/**
 * The promises, one checker each. Checkers only watch and share no code with what they check.
 *
 * First safety (nothing bad happens), then liveness (something good happens once the faults have ended).
 */
import { quarantineOwner } from '../../services/core/lease/lock-value.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { LockReading, RanScript } from './store-witness.ts';

export type Report = (violation: string) => void;

/**
 * Only its owner removes, replaces or prolongs the lock. The caller of a script is known by the lock value that it
 * passes, always the first argument.
 */
export class OwnershipChecker {
  /** Lock values with their place in the order in which they last took the lock. */
  readonly order = new Map<string, number>();
  private taken = 0;
  readonly brokenByForce = new Set<string>();
  private readonly store: EmbeddedStore;
  private readonly lockKey: string;
  private readonly report: Report;

  constructor(store: EmbeddedStore, lockKey: string, report: Report) {
    this.store = store;
    this.lockKey = lockKey;
    this.report = report;
  }

  /** @param own the caller's lock value: how long its own lock lasts is its own business */
  before(own: string): LockReading {
    return this.read(own);
  }

  after({ script, args, before, by }: Omit<RanScript, 'lateMs'>): void {
    const own = args[0] ?? '';
    const after = this.read(own);
    if (after.value !== null && after.value !== before.value) this.order.set(after.value, this.taken++);
    if (before.value === null || before.value === own) {
      if (script.name.startsWith('break-') && before.value === own) this.broken(own);
      return;
    }
    if (after.value !== before.value) this.report(`${by} removed another's lock by ${script.name}`);
    else if (after.ttlMs > before.ttlMs) this.report(`${by} prolonged another's lock by ${script.name}`);
  }

  /** A fail-over put the lock back: its holder of before has taken it again. */
  putBack(): void {
    const { value } = this.read('');
    if (value !== null) this.order.set(value, this.taken++);
  }

  /** Breaking the quarantine risks an overlap with every leader that outlived the wipe. */
  private broken(value: string): void {
    for (const term of value.includes(quarantineOwner) ? this.order.keys() : [value])
      this.brokenByForce.add(term);
  }

  private read(own: string): LockReading {
    const value = this.store.execute(['GET', this.lockKey]);
    if (typeof value !== 'string' || value === own) return { value: value === own ? own : null, ttlMs: 0 };
    return { value, ttlMs: Number(this.store.execute(['PTTL', this.lockKey])) };
  }
}

/**
 * No two leaders act at once: once a later term has acted, no earlier term acts. A call to Telegram counts when it
 * arrives. Named exceptions: a term whose lock was broken by force, and, until the answer to its next renewal, a term
 * whose lock the store lost, whose store stepped its clock, or whose machine stood still with all its clocks, even while it took the lock.
 */
export class ExclusionChecker {
  private readonly ownership: OwnershipChecker;
  private readonly report: Report;
  private latestActing = -1;
  private latestName = '';
  /** Terms that nothing promises about, each since when. */
  private readonly excused = new Map<string, number>();
  private readonly overTerms = new Set<string>();
  private readonly nowMs: () => number;
  /** Two terms overlapped where that is not excluded. */
  overlapped = false;

  constructor(ownership: OwnershipChecker, { nowMs, report }: { nowMs: () => number; report: Report }) {
    this.ownership = ownership;
    this.nowMs = nowMs;
    this.report = report;
  }

  /** The holder of this term has learnt that it may not act. */
  over(term: string): void {
    this.overTerms.add(term);
  }

  /** The lease cannot protect this term before it has renewed. */
  excuse(term: string): void {
    this.excused.set(term, this.nowMs());
  }

  /** The answer to a renewal reached the holder: from now on it knows. */
  renewalAnswered(term: string, executedMs: number): void {
    const sinceMs = this.excused.get(term);
    if (sinceMs !== undefined && executedMs >= sinceMs) this.excused.delete(term);
  }

  acted(by: string, term: string, what: string): void {
    const place = this.ownership.order.get(term);
    if (place === undefined) {
      this.report(`${by} did ${what} in a term that never had the lock`);
      return;
    }
    if (this.overTerms.has(term)) this.report(`${by} did ${what} although the store's clock had moved`);
    if (place < this.latestActing) {
      if (this.ownership.brokenByForce.has(term) || this.isExcused(term)) this.overlapped = true;
      else this.report(`${by} did ${what} after ${this.latestName} had acted in a later term`);
    }
    if (place > this.latestActing) {
      this.latestActing = place;
      this.latestName = by;
    }
  }

  private isExcused(term: string): boolean {
    const sinceMs = this.excused.get(term);
    return sinceMs !== undefined && this.nowMs() - sinceMs <= excusedMsMax;
  }
}

/** A whole TTL: a term that is not renewed ends by then on any clock that runs. */
const excusedMsMax = 6000;

/** A poll succeeds within a bounded time after the last fault. */
export class LivenessChecker {
  private faultsEndMs: number | undefined;
  private firstPollAfterMs: number | undefined;

  faultsEnded(nowMs: number): void {
    this.faultsEndMs = nowMs;
  }

  /** An update has ended the leader's process: its lock has to run out first. */
  crashed(nowMs: number): void {
    if (this.faultsEndMs !== undefined && !this.hasPolled) this.faultsEndMs = nowMs;
  }

  polled(nowMs: number): void {
    if (this.faultsEndMs !== undefined) this.firstPollAfterMs ??= nowMs;
  }

  get hasPolled(): boolean {
    return this.firstPollAfterMs !== undefined;
  }

  finish(boundMs: number, report: Report): void {
    if (this.faultsEndMs === undefined) throw new Error('the run ended before its faults did');
    const waitedMs =
      this.firstPollAfterMs === undefined ? undefined : this.firstPollAfterMs - this.faultsEndMs;
    if (waitedMs === undefined) report('no poll succeeded after the faults had ended');
    else if (waitedMs > boundMs) report(`no poll succeeded for ${waitedMs} ms after the faults had ended`);
  }
}

/**
 * Every heartbeat, even the first of a term, is on the store's clock: never ahead of it, and behind it by no more than
 * requests and answers may be late.
 */
export class HeartbeatChecker {
  private readonly report: Report;
  /** How far the store's clock has been stepped in all. */
  private steppedMs = 0;

  constructor(report: Report) {
    this.report = report;
  }

  /** Until its next renewal, a worker takes the store's clock for what it was. */
  stepped(byMs: number): void {
    this.steppedMs += byMs;
  }

  /** @param heartbeat as the renewal carries it; '' if it carries none */
  written(by: string, heartbeat: string, storeTimeMs: number): void {
    if (heartbeat === '') return;
    const { ts } = JSON.parse(heartbeat) as { ts: string };
    const aheadMs = Date.parse(ts) - storeTimeMs;
    if (aheadMs > heartbeatAheadMsMax + this.steppedMs)
      this.report(`${by} wrote a heartbeat ${aheadMs} ms ahead of the store`);
    if (aheadMs < -heartbeatBehindMsMax - this.steppedMs)
      this.report(`${by} wrote a heartbeat ${-aheadMs} ms behind the store`);
  }
}

/** How far a clock may drift between two renewals. */
const heartbeatAheadMsMax = 200;
/** A frozen process, then a request repeated late. */
const heartbeatBehindMsMax = 60_000;

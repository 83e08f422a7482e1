/**
 * The lease: contends for the polling lock, renews it for a term, and releases it.
 *
 * Guarantees
 * - At most one process may act at a time while clocks drift by less than 1 % and the store keeps what it
 *   acknowledged. `term.ts` has the argument.
 * - It renews and deletes only its own term's value. A refused start changes nothing in the store.
 * - It never leads, nor stands by, on the store of another bot.
 * - A standby never stops trying. The wake-up channel is a hint; sleeping out the holder's remaining TTL is the
 *   guarantee. That costs about one script per TTL.
 *
 * Does not guarantee
 * - Exclusion after ops broke a live holder's lock, or the quarantine, by force, or after the store lost a write it
 *   had acknowledged (Upstash replicates asynchronously). Two processes may then act until the older one's next
 *   renewal, or until its deadline if it cannot reach the store.
 * - One term per value: a request that arrives very late may take the lock again for a process that gave up long
 *   ago. No process acts in that term; the others lose one TTL.
 *
 * Sources: Kleppmann on fencing, the DynamoDB lock client (deadline counted from sending), and the leader election
 * failures in Kubernetes that the safety argument in `docs/architecture.md` lists.
 */
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { repeatUntil } from '../platform/repeat-until.ts';
import { StoreRefusedError } from '../platform/store-errors.ts';
import { readClocks } from './act-window.ts';
import { LockHeldError, OtherBotError } from './errors.ts';
import type { LeaseTimes } from './lease-times.ts';
import type { HandOff, Held, PollingLockStore, RenewPayload } from './lock-store.ts';
import { type LockHolder, lockValue } from './lock-value.ts';
import { type EndReason, Term } from './term.ts';
import type { WakeUp } from './wake-up.ts';

/** What the lease tells logs, metrics and the health page. It decides nothing by it: correctness needs no observer. */
export interface LeaseObserver {
  onStandby(held: Held, why: 'held' | 'quarantined'): void;
  onAcquired(term: Term): void;
  onRenewed(term: Term, payload: RenewPayload): void;
  onTermEnding(term: Term, reason: EndReason): void;
  onTrouble(what: string, error: unknown): void;
}

export interface LeaseOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: PollingLockStore;
  readonly wakeUp: WakeUp;
  readonly times: LeaseTimes;
  readonly holder: Pick<LockHolder, 'host' | 'pid' | 'env' | 'task'>;
  readonly whenHeld: 'standby' | 'exit';
  readonly observers: readonly Partial<LeaseObserver>[];
}

/** Decides when a term's renewals are sent and what they carry. */
export interface RenewalPlan {
  /** How long to wait before the next renewal; a wake-up may send it earlier. */
  dueInMs(): number;
  /** Called right before each renewal is sent. */
  payload(): RenewPayload;
  /** The store took the renewal and its payload. */
  onRenewed(payload: RenewPayload, storeTimeMs: number): void;
}

/** Retry a failed request after this share of the time-out, so that several tries fit between two renewals. */
const retryShare = 1 / 3;
/** Ask a store that refuses again at least after this share of the TTL. */
const refusedShare = 1 / 2;
/** The store rounds the remaining TTL down; without this a standby would wake in its last millisecond. */
const roundingMs = 2;
/** A foreign lock may live for hours or for ever: look at least this often. */
const lookAgainMs = 120_000;

export class Lease {
  private readonly options: LeaseOptions;

  constructor(options: LeaseOptions) {
    this.options = options;
  }

  /**
   * Waits until this process has the lock.
   * @returns the new term, or undefined if `signal` aborted first
   * @throws LockHeldError if another process holds the lock and `whenHeld` is `exit`
   * @throws OtherBotError if the store belongs to another bot
   */
  async contend(signal: AbortSignal): Promise<Term | undefined> {
    const { wakeUp, clock } = this.options;
    let value = '';
    let answerLost = false;
    let failures = 0;
    while (!signal.aborted) {
      wakeUp.reset();
      const sentMs = clock.monotonicMs();
      if (!answerLost) value = this.freshValue();
      try {
        const outcome = await this.attempt(value);
        if (outcome instanceof Term) return outcome;
        answerLost = false;
        failures = 0;
        await wakeUp.sleep(outcome.waitMs, signal);
      } catch (error) {
        if (error instanceof LockHeldError || error instanceof OtherBotError) throw error;
        this.tell((observer) => observer.onTrouble?.('acquire', error));
        // Try again with the same value: if the lost attempt took the lock, the store recognises it.
        answerLost = true;
        await wakeUp.sleep(this.backOffMs(error, failures, clock.monotonicMs() - sentMs), signal);
        failures++;
      }
    }
    if (answerLost) await this.tryRelease(value);
    return undefined;
  }

  /** Renews the lock by the plan until the term ends; resolves once the term may not act any more. */
  async hold(term: Term, plan: RenewalPlan): Promise<void> {
    await Promise.all([this.renewUntilOver(term, plan), this.watchDeadline(term)]);
  }

  /**
   * Releases the lock; repeated until the store has answered, `deadlineMs` has passed, or the lock has run out by itself.
   * Call only after polling and handlers have stopped.
   */
  async release(term: Term, deadlineMs = Number.POSITIVE_INFINITY): Promise<void> {
    const { clock, random, times } = this.options;
    term.end('released');
    const runsOutMs = term.deadlineMs - times.actForMs + times.ttlMs;
    const limits = { clock, random, deadlineMs: Math.min(deadlineMs, runsOutMs), mayGoOn: () => true };
    await repeatUntil(() => this.tryRelease(term.value, term.handOff), limits);
  }

  /** Tries once. Returns a term, or how long to wait before the next try. */
  private async attempt(value: string): Promise<Term | { waitMs: number }> {
    const { store, times, clock } = this.options;
    const sentAt = readClocks(clock);
    const reply = await store.acquire(value, times.ttlMs);
    if (reply.kind === 'acquired') {
      const storeAheadMs = this.storeAheadMs(reply.storeTimeMs);
      const term = new Term({ clock, times, value, epoch: reply.epoch, sentAt, storeAheadMs });
      term.storeAnswered(sentAt, reply.storeTimeMs);
      if (term.mayAct()) return this.announce(term);
      await this.tryRelease(value);
      return { waitMs: 0 };
    }
    if (reply.kind === 'other bot') throw new OtherBotError(reply);
    if (reply.held.value === value) {
      // An attempt whose answer was lost took the lock, and ops has revoked it since.
      await this.tryRelease(value);
      return { waitMs: 0 };
    }
    if (this.options.whenHeld === 'exit' && reply.kind === 'held') throw new LockHeldError(reply.held);
    this.tell((observer) => observer.onStandby?.(reply.held, reply.kind));
    return { waitMs: Math.min(reply.held.ttlMs ?? times.ttlMs, lookAgainMs) + roundingMs };
  }

  private announce(term: Term): Term {
    const onEnding = (): void =>
      this.tell((observer) => observer.onTermEnding?.(term, term.endReason ?? 'released'));
    term.endingSignal.addEventListener('abort', onEnding, { once: true });
    this.tell((observer) => observer.onAcquired?.(term));
    return term;
  }

  private async renewUntilOver(term: Term, plan: RenewalPlan): Promise<void> {
    const { store, wakeUp, times, clock } = this.options;
    const over = term.endingSignal;
    while (term.mayAct() && term.endReason === undefined) {
      await wakeUp.sleep(plan.dueInMs(), over);
      if (!term.mayAct() || term.endReason !== undefined) return;
      wakeUp.reset();
      const sentAt = readClocks(clock);
      const payload = plan.payload();
      try {
        const reply = await store.renew(term.value, times.ttlMs, payload);
        if (reply.kind === 'renewed') {
          term.renewed(sentAt);
          term.storeAnswered(sentAt, reply.storeTimeMs);
          if (!term.mayAct()) return;
          plan.onRenewed(payload, reply.storeTimeMs);
          this.tell((observer) => observer.onRenewed?.(term, payload));
        } else {
          term.end(reply.kind);
          // A revoked holder acts until its deadline, but only as long as its clock keeps pace with the store's.
          if (reply.kind === 'revoked') term.storeAnswered(sentAt, reply.storeTimeMs);
        }
      } catch (error) {
        this.tell((observer) => observer.onTrouble?.('renew', error));
        await clock.sleep(this.retryDelayMs(), over);
      }
    }
  }

  /** Ends the term on time even if a renewal hangs, or if it drains after it was revoked. */
  private async watchDeadline(term: Term): Promise<void> {
    const { clock } = this.options;
    while (term.mayAct()) {
      await clock.sleep(term.deadlineMs - clock.monotonicMs(), term.overSignal);
    }
  }

  /** False when trying again may help. */
  private async tryRelease(value: string, handOff: HandOff = 'unchanged'): Promise<boolean> {
    try {
      await this.options.store.release(value, handOff);
      return true;
    } catch (error) {
      this.tell((observer) => observer.onTrouble?.('release', error));
      return error instanceof StoreRefusedError;
    }
  }

  private tell(event: (observer: Partial<LeaseObserver>) => void): void {
    for (const observer of this.options.observers) event(observer);
  }

  private storeAheadMs(storeTimeMs: number): number {
    return storeTimeMs - this.options.clock.wallMs();
  }

  private freshValue(): string {
    const { holder, clock, random } = this.options;
    return lockValue({ ...holder, ts: new Date(clock.wallMs()).toISOString(), owner: random.token() });
  }

  /**
   * Without a term nothing is urgent: the time between two requests doubles. It grows no longer than a request that
   * times out takes, so that a store which comes back is seen soon; a refusal stays until somebody acts.
   */
  private backOffMs(error: unknown, failures: number, elapsedMs: number): number {
    const { times } = this.options;
    const retryMs = this.retryDelayMs();
    const longestMs =
      error instanceof StoreRefusedError ? times.ttlMs * refusedShare : times.rpcTimeoutMs + retryMs;
    return Math.max(retryMs, Math.min(retryMs * 2 ** failures, longestMs) - elapsedMs);
  }

  private retryDelayMs(): number {
    const { times, random } = this.options;
    return times.rpcTimeoutMs * retryShare * (0.5 + random.unit());
  }
}

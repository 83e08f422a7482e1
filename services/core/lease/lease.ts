/**
 * The lease: contends for the polling lock, keeps it for a term, and gives it back.
 *
 * Guarantees
 * - At most one process may act at a time, as long as clocks drift by less than 1 % and the store keeps what it
 *   acknowledged: see `term.ts` for the argument.
 * - Only this term's own value is ever renewed or deleted; a refused start touches nothing.
 * - A standby contends for ever: the wake-up channel is a hint, the sleep to the holder's remaining TTL is the
 *   guarantee. It costs about one script per TTL.
 *
 * Does not guarantee
 * - Exclusion after ops broke the lock of a live holder, or the quarantine, by force, or after the store lost an
 *   acknowledged write (Upstash replicates asynchronously): two may then act until the elder's next renewal, or
 *   until its deadline if it cannot reach the store.
 * - One term per value in the store: a request that arrives very late may take the lock once more for a process
 *   that has long given up. Nobody acts in such a term; it costs the others one lease.
 *
 * Sources: the notes on fencing by Kleppmann, the DynamoDB lock client (deadline from the sending time), and the
 * failures of leader election in Kubernetes that the safety argument in `docs/architecture.md` lists.
 */
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { LockHeldError } from './errors.ts';
import type { LeaseTimes } from './lease-times.ts';
import type { HandOff, Held, PollingLockStore, RenewPayload } from './lock-store.ts';
import { type LockHolder, lockValue } from './lock-value.ts';
import { type EndReason, readClocks, Term } from './term.ts';
import type { WakeUp } from './wake-up.ts';

/** Hears what the lease does; for logs, metrics and the health page. */
export interface LeaseObserver {
  onStandby(held: Held, why: 'held' | 'quarantined'): void;
  onAcquired(term: Term): void;
  onRenewed(term: Term, payload: RenewPayload, storeTimeMs: number): void;
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
  readonly observer: LeaseObserver;
}

/** What a renewal takes along, asked for right before it is sent; `dueInMs` is when the next one should go. */
export interface RenewalPlan {
  payload(): RenewPayload;
  dueInMs(): number;
}

/** Several tries must fit between two renewals, so a failed one is repeated soon: this share of the time-out. */
const retryShare = 1 / 3;
/** A remaining TTL is rounded down by the store; a try in its last millisecond would be one too many. */
const roundingMs = 2;
/** A stranger's lock may live for hours: look this often all the same. */
const lookAgainMs = 120_000;

export class Lease {
  private readonly options: LeaseOptions;

  constructor(options: LeaseOptions) {
    this.options = options;
  }

  /**
   * Waits until the lock is this process's.
   * @returns the new term, or undefined when `signal` aborted first
   * @throws LockHeldError when another holds it and `whenHeld` is `exit`
   */
  async contend(signal: AbortSignal): Promise<Term | undefined> {
    const { wakeUp, observer } = this.options;
    let value = '';
    let answerLost = false;
    while (!signal.aborted) {
      wakeUp.reset();
      if (!answerLost) value = this.freshValue();
      try {
        const outcome = await this.attempt(value);
        if (outcome instanceof Term) return outcome;
        answerLost = false;
        await wakeUp.sleep(outcome.waitMs, signal);
      } catch (error) {
        if (error instanceof LockHeldError) throw error;
        observer.onTrouble('acquire', error);
        // The same value is tried again: if the lost attempt took the lock, it is recognised as one's own.
        answerLost = true;
        await wakeUp.sleep(this.retryDelayMs(), signal);
      }
    }
    if (answerLost) await this.tryRelease(value);
    return undefined;
  }

  /** Keeps the lock until the term ends. Resolves when there is nothing left to renew. */
  async hold(term: Term, plan: RenewalPlan): Promise<void> {
    await Promise.all([this.renewUntilOver(term, plan), this.watchDeadline(term)]);
  }

  /** Gives the lock back. Call only after polling and handlers have stopped. */
  async release(term: Term): Promise<void> {
    term.end('released');
    await this.tryRelease(term.value, term.handOff);
  }

  /** One try: a term, or how long to wait before the next try. */
  private async attempt(value: string): Promise<Term | { waitMs: number }> {
    const { store, times, clock, observer } = this.options;
    const sentAt = readClocks(clock);
    const reply = await store.acquire(value, times.ttlMs);
    if (reply.kind === 'acquired') {
      const term = new Term({ clock, times, value, epoch: reply.epoch, sentAt });
      if (term.mayAct()) return this.announce(term);
      await this.tryRelease(value);
      return { waitMs: 0 };
    }
    if (reply.held.value === value) {
      // One's own, taken by an attempt whose answer was lost, and revoked since.
      await this.tryRelease(value);
      return { waitMs: 0 };
    }
    if (this.options.whenHeld === 'exit' && reply.kind === 'held') throw new LockHeldError(reply.held);
    observer.onStandby(reply.held, reply.kind);
    return { waitMs: Math.min(reply.held.ttlMs ?? times.ttlMs, lookAgainMs) + roundingMs };
  }

  private announce(term: Term): Term {
    const { observer } = this.options;
    const onEnding = (): void => observer.onTermEnding(term, term.endReason ?? 'released');
    term.endingSignal.addEventListener('abort', onEnding, { once: true });
    observer.onAcquired(term);
    return term;
  }

  private async renewUntilOver(term: Term, plan: RenewalPlan): Promise<void> {
    const { store, wakeUp, times, observer, clock } = this.options;
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
          if (term.mayAct()) observer.onRenewed(term, payload, reply.storeTimeMs);
        } else term.end(reply.kind);
      } catch (error) {
        observer.onTrouble('renew', error);
        await clock.sleep(this.retryDelayMs(), over);
      }
    }
  }

  /** A term must end on time also while a renewal hangs. */
  private async watchDeadline(term: Term): Promise<void> {
    const { clock } = this.options;
    while (term.mayAct() && term.endReason === undefined) {
      await clock.sleep(term.deadlineMs - clock.monotonicMs(), term.endingSignal);
    }
  }

  private async tryRelease(value: string, handOff: HandOff = 'unchanged'): Promise<void> {
    try {
      await this.options.store.release(value, handOff);
    } catch (error) {
      this.options.observer.onTrouble('release', error);
    }
  }

  private freshValue(): string {
    const { holder, clock, random } = this.options;
    return lockValue({ ...holder, ts: new Date(clock.wallMs()).toISOString(), owner: random.token() });
  }

  private retryDelayMs(): number {
    const { times, random } = this.options;
    return times.rpcTimeoutMs * retryShare * (0.5 + random.unit());
  }
}

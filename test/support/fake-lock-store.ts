/**
 * A polling lock in memory, on a virtual clock: takes, renews, revokes and expires as the real scripts do.
 *
 * A test may delay or lose one call's answer with `disturb`. A call whose answer is lost rejects after the time-out,
 * as the adapter's does. The real scripts have their own tests; the simulator runs the worker against them.
 */
import type {
  AcquireReply,
  HandOff,
  Held,
  PollingLockStore,
  RenewPayload,
  RenewReply,
} from '../../services/core/lease/lock-store.ts';
import { lockValue, quarantineOwner } from '../../services/core/lease/lock-value.ts';
import { StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface Disturbance {
  readonly lose?: 'request' | 'answer';
  /** How long the request travels to the store. */
  readonly requestMs?: number;
  /** How long the answer travels back. */
  readonly answerMs?: number;
}

type CallName = keyof PollingLockStore;

interface Call {
  readonly name: CallName;
  readonly value: string;
  readonly atMs: number;
  readonly payload?: RenewPayload;
  readonly handOff?: HandOff;
}

export class FakeLockStore implements PollingLockStore {
  /** Every call in the order in which it was sent. */
  readonly calls: Call[] = [];
  /** How far the store's wall clock is ahead of the worker's. */
  aheadMs = 0;
  /** Undefined in a store that was wiped. */
  epoch: number | undefined = 0;
  private lock: { readonly value: string; readonly expiresAtMs: number } | undefined;
  private revoked: string | undefined;
  private readonly disturbances: { name: CallName; disturbance: Disturbance }[] = [];
  private readonly clock: VirtualClock;
  private readonly timeoutMs: number;

  constructor({ clock, timeoutMs }: { clock: VirtualClock; timeoutMs: number }) {
    this.clock = clock;
    this.timeoutMs = timeoutMs;
  }

  /** Another program writes the lock; null is a lock without expiry. */
  put(value: string, ttlMs: number | null): void {
    this.lock = { value, expiresAtMs: ttlMs === null ? Number.POSITIVE_INFINITY : this.nowMs() + ttlMs };
  }

  /** Ops asks the holder for the lock. */
  revoke(): void {
    this.revoked = this.held()?.value;
  }

  /** The lock as it is now. */
  held(): Held | undefined {
    if (this.lock === undefined || this.lock.expiresAtMs <= this.nowMs()) return undefined;
    const ttlMs = this.lock.expiresAtMs - this.nowMs();
    return { value: this.lock.value, ttlMs: Number.isFinite(ttlMs) ? ttlMs : null };
  }

  /** Disturbs the next call of this name that has no disturbance yet. */
  disturb(name: CallName, disturbance: Disturbance): void {
    this.disturbances.push({ name, disturbance });
  }

  callsOf(name: CallName): readonly Call[] {
    return this.calls.filter((call) => call.name === name);
  }

  acquire(value: string, ttlMs: number): Promise<AcquireReply> {
    return this.call({ name: 'acquire', value, atMs: this.nowMs() }, () => {
      const held = this.held();
      if (held?.value === value && this.revoked !== value) return this.taken(value, ttlMs);
      if (held !== undefined) return { kind: 'held', held };
      if (this.epoch === undefined) return this.quarantine(ttlMs);
      this.epoch += 1;
      return this.taken(value, ttlMs);
    });
  }

  renew(value: string, ttlMs: number, payload: RenewPayload): Promise<RenewReply> {
    return this.call({ name: 'renew', value, atMs: this.nowMs(), payload }, () => {
      if (this.held()?.value !== value) return { kind: 'lost' };
      if (this.revoked === value) return { kind: 'revoked' };
      this.put(value, ttlMs);
      return { kind: 'renewed', storeTimeMs: this.storeTimeMs() };
    });
  }

  release(value: string, handOff: HandOff): Promise<boolean> {
    return this.call({ name: 'release', value, atMs: this.nowMs(), handOff }, () => {
      const isOwn = this.held()?.value === value;
      if (isOwn) this.lock = undefined;
      return isOwn;
    });
  }

  private taken(value: string, ttlMs: number): AcquireReply {
    this.put(value, ttlMs);
    return { kind: 'acquired', epoch: this.epoch ?? 0, storeTimeMs: this.storeTimeMs() };
  }

  private quarantine(ttlMs: number): AcquireReply {
    this.epoch = 0;
    const ts = new Date(this.storeTimeMs()).toISOString();
    const value = lockValue({ host: '', pid: 0, env: '', ts, owner: quarantineOwner });
    this.put(value, ttlMs);
    return { kind: 'quarantined', held: { value, ttlMs } };
  }

  private async call<Reply>(call: Call, run: () => Reply): Promise<Reply> {
    this.calls.push(call);
    const { lose, requestMs = 0, answerMs = 0 } = this.nextDisturbance(call.name);
    await this.pass(requestMs);
    if (lose === 'request') return this.timeOut(call.name);
    const reply = run();
    if (lose === 'answer') return this.timeOut(call.name);
    await this.pass(answerMs);
    return reply;
  }

  private nextDisturbance(name: CallName): Disturbance {
    const at = this.disturbances.findIndex((one) => one.name === name);
    return at === -1 ? {} : (this.disturbances.splice(at, 1)[0]?.disturbance ?? {});
  }

  private async timeOut(name: CallName): Promise<never> {
    await this.clock.sleep(this.timeoutMs);
    throw new StoreUnreachableError(name, new Error('time-out'));
  }

  private async pass(ms: number): Promise<void> {
    if (ms > 0) await this.clock.sleep(ms);
  }

  private storeTimeMs(): number {
    return this.clock.wallMs() + this.aheadMs;
  }

  private nowMs(): number {
    return this.clock.monotonicMs();
  }
}

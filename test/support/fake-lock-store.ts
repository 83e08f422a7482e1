/**
 * A polling lock in memory, on a virtual clock: answers as the scripts do and fails as a test asks.
 *
 * For tests of the lease alone: the real scripts have their own tests in test/adapters.
 */
import type {
  AcquireReply,
  HandOff,
  PollingLockStore,
  RenewPayload,
  RenewReply,
} from '../../services/core/lease/lock-store.ts';
import { lockValue, quarantineOwner } from '../../services/core/lease/lock-value.ts';
import { StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What happens to one request. Without a fault both ways take no time. */
export interface RequestFault {
  /** Until the store carries the request out. */
  readonly requestMs?: number;
  /** Until the answer arrives after that. */
  readonly answerMs?: number;
  /** The request, or its answer, never arrives: it fails after the time-out. */
  readonly lost?: 'request' | 'answer';
}

export interface StoreCall {
  readonly name: 'acquire' | 'renew' | 'release';
  readonly atMs: number;
  readonly value: string;
  readonly handOff?: HandOff;
}

export const fakeQuarantine = lockValue({
  host: 'quarantine',
  pid: 0,
  env: 'any',
  ts: '1970-01-01T00:00:00.000Z',
  owner: quarantineOwner,
});

const timeoutMs = 3000;

export class FakeLockStore implements PollingLockStore {
  /** Every request, when it was sent. */
  readonly calls: StoreCall[] = [];
  readonly payloads: RenewPayload[] = [];
  /** For the requests to come, one each, in their order. */
  readonly faults: RequestFault[] = [];
  /** No request arrives. */
  isAway = false;
  /** It knows no epoch. */
  isWiped = false;
  /** It belongs to this other bot. */
  otherBot: string | undefined;
  /** How far its wall clock is ahead of the worker's. */
  aheadMs = 0;
  revoked: string | undefined;
  private lock: { readonly value: string; readonly endMs: number } | undefined;
  private epoch = 0;
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** The value in the lock; undefined once it has expired. */
  get value(): string | undefined {
    if (this.lock !== undefined && this.lock.endMs <= this.clock.monotonicMs()) this.lock = undefined;
    return this.lock?.value;
  }

  /** Puts a value into the lock, as another process would. */
  put(value: string, ttlMs = Number.POSITIVE_INFINITY): void {
    this.lock = { value, endMs: this.clock.monotonicMs() + ttlMs };
  }

  remove(): void {
    this.lock = undefined;
  }

  times(name: StoreCall['name']): number[] {
    return this.calls.filter((call) => call.name === name).map(({ atMs }) => atMs);
  }

  acquire(value: string, ttlMs: number): Promise<AcquireReply> {
    return this.request({ name: 'acquire', value }, () => this.take(value, ttlMs));
  }

  renew(value: string, ttlMs: number, payload: RenewPayload): Promise<RenewReply> {
    return this.request({ name: 'renew', value }, () => {
      if (this.value !== value) return { kind: 'lost' };
      if (this.revoked === value) return { kind: 'revoked', storeTimeMs: this.timeMs };
      this.payloads.push(payload);
      this.put(value, ttlMs);
      return { kind: 'renewed', storeTimeMs: this.timeMs };
    });
  }

  release(value: string, handOff: HandOff): Promise<boolean> {
    return this.request({ name: 'release', value, handOff }, () => {
      if (this.value !== value) return false;
      this.remove();
      return true;
    });
  }

  private take(value: string, ttlMs: number): AcquireReply {
    if (this.otherBot !== undefined) return { kind: 'other bot', botId: '1', storeBotId: this.otherBot };
    const held = this.value;
    if (held === undefined && this.isWiped) {
      this.isWiped = false;
      this.put(fakeQuarantine, ttlMs);
      return { kind: 'quarantined', held: { value: fakeQuarantine, ttlMs } };
    }
    if (held !== undefined && (held !== value || this.revoked === value)) {
      const leftMs = Math.floor((this.lock?.endMs ?? 0) - this.clock.monotonicMs());
      return { kind: 'held', held: { value: held, ttlMs: Number.isFinite(leftMs) ? leftMs : null } };
    }
    if (held === undefined) this.epoch += 1;
    this.put(value, ttlMs);
    return { kind: 'acquired', epoch: this.epoch, storeTimeMs: this.timeMs };
  }

  private get timeMs(): number {
    return this.clock.wallMs() + this.aheadMs;
  }

  private async request<Reply>(call: Omit<StoreCall, 'atMs'>, run: () => Reply): Promise<Reply> {
    const { clock } = this;
    this.calls.push({ ...call, atMs: clock.monotonicMs() });
    const { requestMs = 0, answerMs = 0, lost } = this.faults.shift() ?? {};
    if (this.isAway || lost === 'request') return this.timeOut(call.name);
    if (requestMs > 0) await clock.sleep(requestMs);
    const reply = run();
    if (lost === 'answer') return this.timeOut(call.name);
    if (answerMs > 0) await clock.sleep(answerMs);
    return reply;
  }

  private async timeOut(name: string): Promise<never> {
    await this.clock.sleep(timeoutMs);
    throw new StoreUnreachableError(name, new Error('time-out'));
  }
}

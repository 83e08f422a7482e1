/**
 * The promises, one checker each. Checkers only watch and share no code with what they check.
 *
 * First safety (nothing bad happens), then liveness (something good happens once the faults have ended).
 */
import type { LuaScript } from '../../services/adapters/redis/lua-scripts.ts';
import { quarantineOwner } from '../../services/core/lease/lock-value.ts';
import { attemptsMax } from '../../services/core/updates/journal.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { LockReading, StoreWitness } from './store-witness.ts';

export type Report = (violation: string) => void;

/**
 * Only its owner removes, replaces or prolongs the lock. The caller of a script is known by the lock value that it
 * passes, always the first argument.
 */
export class OwnershipChecker implements StoreWitness {
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

  before(): LockReading {
    return this.read();
  }

  after(script: LuaScript, args: readonly string[], before: LockReading, by: string): void {
    const after = this.read();
    const own = args[0] ?? '';
    if (after.value !== null && after.value !== before.value) this.order.set(after.value, this.taken++);
    if (before.value === null || before.value === own) {
      if (script.name.startsWith('break-') && before.value === own) this.broken(own);
      return;
    }
    if (after.value !== before.value) this.report(`${by} removed another's lock by ${script.name}`);
    else if (after.ttlMs > before.ttlMs) this.report(`${by} prolonged another's lock by ${script.name}`);
  }

  /** Breaking the quarantine risks an overlap with every leader that outlived the wipe. */
  private broken(value: string): void {
    for (const term of value.includes(quarantineOwner) ? this.order.keys() : [value])
      this.brokenByForce.add(term);
  }

  private read(): LockReading {
    const value = this.store.execute(['GET', this.lockKey]);
    return {
      value: typeof value === 'string' ? value : null,
      ttlMs: Number(this.store.execute(['PTTL', this.lockKey])),
    };
  }
}

/**
 * No two leaders act at once: once a later term has acted, no earlier term acts. Except terms whose lock was broken by
 * force while they lived: that is the risk of force.
 */
export class ExclusionChecker {
  private readonly ownership: OwnershipChecker;
  private readonly report: Report;
  private latestActing = -1;
  private latestName = '';
  /** Two terms overlapped because force was used. */
  forcedOverlap = false;

  constructor(ownership: OwnershipChecker, report: Report) {
    this.ownership = ownership;
    this.report = report;
  }

  acted(by: string, term: string, what: string): void {
    const place = this.ownership.order.get(term);
    if (place === undefined) {
      this.report(`${by} did ${what} in a term that never had the lock`);
      return;
    }
    if (place < this.latestActing) {
      if (this.ownership.brokenByForce.has(term)) this.forcedOverlap = true;
      else this.report(`${by} did ${what} after ${this.latestName} had acted in a later term`);
    }
    if (place > this.latestActing) {
      this.latestActing = place;
      this.latestName = by;
    }
  }
}

/** A worker leads again within a bounded time after the last fault. */
export class LivenessChecker {
  private faultsEndMs: number | undefined;
  private firstActAfterMs: number | undefined;

  faultsEnded(nowMs: number): void {
    this.faultsEndMs = nowMs;
  }

  acted(nowMs: number): void {
    if (this.faultsEndMs !== undefined) this.firstActAfterMs ??= nowMs;
  }

  finish(boundMs: number, report: Report): void {
    if (this.faultsEndMs === undefined) throw new Error('the run ended before its faults did');
    const waitedMs = this.firstActAfterMs === undefined ? undefined : this.firstActAfterMs - this.faultsEndMs;
    if (waitedMs === undefined) report('no worker led again after the faults had ended');
    else if (waitedMs > boundMs) report(`no worker led for ${waitedMs} ms after the faults had ended`);
  }
}

/**
 * Every heartbeat, even the first of a term, is on the store's clock: never ahead of it, and behind it by no more than
 * requests and answers may be late.
 */
export class HeartbeatChecker {
  private readonly report: Report;

  constructor(report: Report) {
    this.report = report;
  }

  /** @param heartbeat as the renewal carries it; '' if it carries none */
  written(by: string, heartbeat: string, storeTimeMs: number): void {
    if (heartbeat === '') return;
    const { ts } = JSON.parse(heartbeat) as { ts: string };
    const aheadMs = Date.parse(ts) - storeTimeMs;
    if (aheadMs > heartbeatAheadMsMax)
      this.report(`${by} wrote a heartbeat ${aheadMs} ms ahead of the store`);
    if (aheadMs < -heartbeatBehindMsMax)
      this.report(`${by} wrote a heartbeat ${-aheadMs} ms behind the store`);
  }
}

/** How far a clock may drift between two renewals. */
const heartbeatAheadMsMax = 200;
/** A frozen process, then a request repeated late. */
const heartbeatBehindMsMax = 60_000;

interface Pushed {
  readonly id: number;
  readonly chat: number;
  /** It crashes every process that handles it, so it must become a dead letter. */
  readonly poison: boolean;
}

/**
 * No update is lost: each completes or becomes a dead letter. First completions within a chat come in the order of
 * arrival; dead letters have no place in it. An update completed in a term that ended cleanly is not tried again. If
 * force made two terms overlap, neither the order nor the last promise holds.
 */
export class DeliveryChecker {
  private readonly pushed: Pushed[] = [];
  private readonly completed = new Map<number, number>();
  private readonly completedIn = new Map<number, string>();
  private readonly begins = new Map<number, number>();
  private isCounting = true;
  private readonly settled = new Set<number>();
  private readonly repeated: number[] = [];
  private readonly report: Report;

  constructor(report: Report) {
    this.report = report;
  }

  push(update: Pushed): void {
    this.pushed.push(update);
  }

  /** A handler was called. Its attempt must never exceed the limit. */
  begin(id: number, attempt: number): void {
    if (attempt > attemptsMax) this.report(`update ${id} was tried as attempt ${attempt}`);
    if (this.isCounting) this.begins.set(id, (this.begins.get(id) ?? 0) + 1);
    if (this.settled.has(id)) this.repeated.push(id);
  }

  complete(id: number, term: string): void {
    if (!this.completed.has(id)) this.completed.set(id, this.completed.size);
    this.completedIn.set(id, term);
  }

  /**
   * A term released its lock with a clean hand-off: what it completed is never tried again, except updates that a
   * late write left in the journal as unfinished.
   */
  endedCleanly(term: string, unfinishedIds: ReadonlySet<number>): void {
    for (const [id, by] of this.completedIn) {
      if (by === term && !unfinishedIds.has(id)) this.settled.add(id);
    }
  }

  /** The store lost everything, these updates included: from now on attempts cannot be counted. */
  wiped(ids: ReadonlySet<number>): void {
    this.forgotten(ids);
    this.isCounting = false;
  }

  /** The store no longer knows whether these were handled. */
  forgotten(ids: ReadonlySet<number>): void {
    for (const id of ids) this.settled.delete(id);
  }

  /** A repeated late write put completed updates back into the journal. */
  restored(ids: ReadonlySet<number>): void {
    for (const id of ids) {
      if (!this.completed.has(id)) continue;
      this.settled.delete(id);
      this.begins.delete(id);
    }
  }

  get completedCount(): number {
    return this.completed.size;
  }

  isDone(deadIds: ReadonlySet<number>): boolean {
    return this.pushed.every(({ id }) => deadIds.has(id) || this.completed.has(id));
  }

  finish({ deadIds, ordered }: { deadIds: ReadonlySet<number>; ordered: boolean }): void {
    const lastOf = new Map<number, number>();
    if (ordered) {
      for (const id of this.repeated)
        this.report(`update ${id} was tried again after a term that ended cleanly`);
      for (const [id, count] of this.begins)
        if (count > attemptsMax) this.report(`update ${id} was tried ${count} times`);
    }
    for (const { id, chat, poison } of this.pushed) {
      if (deadIds.has(id)) continue;
      if (poison) {
        this.report(`update ${id} crashes processes and is not a dead letter`);
        continue;
      }
      const place = this.completed.get(id);
      if (place === undefined) this.report(`update ${id} of chat ${chat} was lost`);
      else if (ordered && place < (lastOf.get(chat) ?? -1))
        this.report(`update ${id} of chat ${chat} overtook an earlier one`);
      else lastOf.set(chat, place);
    }
  }
}

/**
 * No update is lost or repeated without need, and each chat keeps its order. Watches only, and shares no code with
 * what it checks.
 */
import { attemptsMax } from '../../services/core/updates/journal.ts';
import type { Report } from './checkers.ts';

/** One try beside other suspects does not count as an attempt. */
const triesMax = attemptsMax + 1;

interface Pushed {
  readonly id: number;
  readonly chat: number;
  /** It crashes every process that handles it, so it must become a dead letter. */
  readonly poison: boolean;
  /** Its handler runs until the faults end: each clean hand-over begins it once more, and none of these counts. */
  readonly endless: boolean;
}

/**
 * No update is lost: each completes or becomes a dead letter. First completions within a chat come in the order of
 * arrival; dead letters have no place in it. An update completed in a term that ended cleanly, or that was stopped with
 * enough time, is not tried again. If two terms overlapped or the store gave a term's number twice, neither the order nor the last promise holds.
 */
export class DeliveryChecker {
  private readonly pushed: Pushed[] = [];
  private readonly completed = new Map<number, number>();
  private readonly completedIn = new Map<number, string>();
  private readonly begins = new Map<number, number>();
  private isCounting = true;
  private readonly uncounted = new Set<number>();
  private readonly settled = new Set<number>();
  private readonly repeated: number[] = [];
  private readonly cured = new Set<number>();
  private readonly retriedIds = new Set<number>();
  private isOrdered = true;
  private stoppedTerm: string | undefined;
  /** Completed by the term that was stopped, and begun again. */
  private readonly afterStop: number[] = [];
  private hadTimeToStop = false;
  /** The journal holds other than its leader wrote: a late write or a store that lost something changed it. */
  private readonly uncertain = new Set<number>();
  private readonly report: Report;

  constructor(report: Report) {
    this.report = report;
  }

  push(update: Pushed): void {
    this.pushed.push(update);
    if (update.endless) this.uncounted.add(update.id);
  }

  /** A handler was called. Its attempt must never exceed the limit. */
  begin(id: number, attempt: number, term: string): void {
    const isOfStopped = this.stoppedTerm !== undefined && this.completedIn.get(id) === this.stoppedTerm;
    if (isOfStopped && term !== this.stoppedTerm && !this.uncertain.has(id)) this.afterStop.push(id);
    if (attempt > attemptsMax) this.report(`update ${id} was tried as attempt ${attempt}`);
    if (this.isCounting && !this.uncounted.has(id)) this.begins.set(id, (this.begins.get(id) ?? 0) + 1);
    if (this.settled.has(id)) this.repeated.push(id);
  }

  complete(id: number, term: string): void {
    if (!this.completed.has(id)) this.completed.set(id, this.completed.size);
    this.completedIn.set(id, term);
  }

  /**
   * A term released its lock with a clean hand-off: what it completed is never tried again, except updates that a
   * late write left in the journal as unfinished, or of which the store has forgotten what the term wrote.
   */
  endedCleanly(term: string, unfinishedIds: ReadonlySet<number>): void {
    for (const [id, by] of this.completedIn) {
      if (by === term && !unfinishedIds.has(id) && !this.uncertain.has(id)) this.settled.add(id);
    }
  }

  /** No fault disturbs this stop, but one request or answer may be lost. */
  stopBegins(term: string): void {
    this.stoppedTerm = term;
  }

  /** Then nothing that its term completed is tried again. */
  stopHadTime(): void {
    this.hadTimeToStop = true;
  }

  /** The store lost everything, these updates included: from now on attempts cannot be counted. */
  wiped(ids: ReadonlySet<number>): void {
    this.forgotten(ids);
    this.isCounting = false;
  }

  /** The store forgot the number of a term: the order of arrival is no longer known. */
  orderLost(): void {
    this.isOrdered = false;
  }

  /** An operator put a dead letter back, after its handler was fixed or not. It has no place in its chat's order. */
  retried(id: number, isCured: boolean): void {
    this.retriedIds.add(id);
    if (isCured) this.cured.add(id);
    this.begins.delete(id);
    this.settled.delete(id);
  }

  isCured(id: number): boolean {
    return this.cured.has(id);
  }

  get hasRetried(): boolean {
    return this.retriedIds.size > 0;
  }

  /** The store no longer knows whether these were handled. */
  forgotten(ids: ReadonlySet<number>): void {
    for (const id of ids) {
      this.settled.delete(id);
      this.uncertain.add(id);
    }
  }

  /** A repeated late write put completed updates back into the journal. */
  restored(ids: ReadonlySet<number>): void {
    for (const id of ids) {
      if (!this.completed.has(id)) continue;
      this.settled.delete(id);
      this.uncertain.add(id);
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
    const isOrdered = ordered && this.isOrdered;
    if (isOrdered) {
      for (const id of this.repeated)
        this.report(`update ${id} was tried again after a term that ended cleanly`);
      for (const id of this.hadTimeToStop ? this.afterStop : [])
        this.report(`update ${id} was tried again after a stop that had enough time`);
      // Beside a handler that never ends, marked updates do not get to run alone: they are marked once more.
      const onceMore = this.uncounted.size > 0 ? 1 : 0;
      for (const [id, count] of this.begins)
        if (count > triesMax + onceMore) this.report(`update ${id} was tried ${count} times`);
    }
    for (const { id, chat, poison } of this.pushed) {
      if (deadIds.has(id)) continue;
      if (poison && !this.cured.has(id)) {
        this.report(`update ${id} crashes processes and is not a dead letter`);
        continue;
      }
      const place = this.completed.get(id);
      if (place === undefined) this.report(`update ${id} of chat ${chat} was lost`);
      else if (this.retriedIds.has(id)) continue;
      else if (isOrdered && place < (lastOf.get(chat) ?? -1))
        this.report(`update ${id} of chat ${chat} overtook an earlier one`);
      else lastOf.set(chat, place);
    }
  }
}

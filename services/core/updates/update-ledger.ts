/**
 * What was received and what has become of it: the book that decides what may be confirmed.
 *
 * An update is settled when its handler has ended or when it stands in the journal. Only settled updates may be
 * confirmed to Telegram, whose confirmation is cumulative; so the offset to confirm is the id of the first
 * unsettled update in order of arrival, or one past the last.
 */
import type { FinishedUpdates, JournalEntry } from './journal.ts';
import { type Job, Lanes, type LanesOptions } from './lanes.ts';
import { laneOf, type Update } from './update.ts';

/** An entry whose handler has not ended. */
interface UnfinishedEntry extends JournalEntry {
  readonly attempt: number;
}

interface Tracked extends Job, UnfinishedEntry {
  journaled: boolean;
  /** A write was sent whose answer may have been lost: the entry must be removed as if it stood there. */
  mayBeJournaled: boolean;
  /** A write was given up, and may be carried out yet. */
  inDoubt: boolean;
  done: boolean;
}

/** An update whose handler has ended, and whose entry the journal holds, or may. */
interface Finished {
  readonly entry: JournalEntry;
  /** How often its removal is to be sent yet. */
  removalsLeft: number;
  /** The journal holds it as ended. */
  isMarked: boolean;
}

interface Waiter {
  readonly isMet: () => boolean;
  readonly resolve: () => void;
}

/** Most go along with renewals: for a minute of them in production. */
const uncertainRemovals = 6;

export class UpdateLedger {
  private readonly epoch: number;
  private readonly lanes: Lanes<Tracked>;
  /** In order of arrival; finished ones leave it. */
  private readonly unfinished = new Map<number, Tracked>();
  /** The last batch in order: it is what the next offset confirms. */
  private batch: readonly Tracked[] = [];
  /** Whose entries are to be removed. */
  private readonly finished = new Map<number, Finished>();
  /** Delivered and not confirmed yet: their entries stay, in case Telegram delivers them again. */
  private unconfirmed: ReadonlySet<number> = new Set();
  /** Of a write under way: a removal that overtakes it would leave the entry behind. */
  private writing: ReadonlySet<number> = new Set();
  /** Journaled by an earlier leader: Telegram may deliver these again, with the very same content. */
  private readonly known = new Map<number, string>();
  /** In this term Telegram has said that it holds nothing below. */
  private confirmedBelow = Number.NEGATIVE_INFINITY;
  private readonly waiters = new Set<Waiter>();
  private arrivals = 0;
  private unsettledTotal = 0;

  constructor(epoch: number, lanes: LanesOptions) {
    this.epoch = epoch;
    this.lanes = new Lanes<Tracked>(lanes, (job) => this.settle(job));
  }

  get inFlight(): number {
    return this.unfinished.size;
  }

  /** How many chats have something to do. */
  get busyLanes(): number {
    return this.lanes.busyCount;
  }

  get journaled(): number {
    const unfinished = [...this.unfinished.values()].filter((tracked) => tracked.journaled).length;
    return unfinished + this.finished.size;
  }

  /** Handlers run from the next `start` on. */
  replay(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      const { update, attempt } = entry;
      if (attempt === 'ended')
        this.finished.set(update.update_id, { entry, removalsLeft: 1, isMarked: true });
      else this.track({ ...entry, attempt }, { journaled: true, isReplay: true });
      this.known.set(update.update_id, JSON.stringify(update));
    }
  }

  /** The entries that a delivered batch would get, without those that are known already. */
  entriesFor(updates: readonly Update[]): readonly UnfinishedEntry[] {
    this.unconfirmed = new Set(updates.map(({ update_id }) => update_id));
    return updates
      .filter((update) => !this.isRedelivery(update))
      .map((update) => ({
        update,
        attempt: 1,
        countedEpoch: this.epoch,
        arrivedEpoch: this.epoch,
        arrivedIndex: this.arrivals++,
      }));
  }

  /**
   * Takes a delivered batch, ascending by id as Telegram sends it; handlers run from the next `start` on. What may
   * have been tried before stands in the journal already.
   */
  receive(entries: readonly UnfinishedEntry[], { isReplay }: { isReplay: boolean }): void {
    this.batch = entries.map((entry) => this.track(entry, { journaled: isReplay, isReplay }));
  }

  start(): void {
    this.lanes.start();
  }

  /** The last batch is confirmed: Telegram holds nothing below `offset` any more; undefined: nothing at all. */
  confirmed(offset: number | undefined): void {
    this.unconfirmed = new Set();
    this.batch = [];
    this.confirmedBelow = Math.max(this.confirmedBelow, offset ?? Number.POSITIVE_INFINITY);
  }

  /** How many unfinished updates no journal holds yet. */
  get unsettledCount(): number {
    return this.unsettledTotal;
  }

  /** Unfinished updates that no journal holds yet, in order of arrival. */
  unsettled(): readonly JournalEntry[] {
    return [...this.unfinished.values()].filter((tracked) => !tracked.journaled);
  }

  /** All that has ended and that Telegram may deliver again: entries to recognise it by. */
  tombstones(): readonly JournalEntry[] {
    const unjournaled = this.batch.filter(({ done, mayBeJournaled }) => done && !mayBeJournaled);
    return [...unjournaled.map(asTombstone), ...this.tombstonesToWrite()];
  }

  get batchIsDone(): boolean {
    return this.batch.every(({ done }) => done);
  }

  /** Journal entries whose handlers have ended, and which nobody needs to recognise an update by. */
  removable(): readonly number[] {
    return [...this.finished.keys()].filter((id) => !this.writing.has(id) && !this.mayBeDelivered(id));
  }

  /** As the journal must keep those that it still holds as if their handlers ran. */
  tombstonesToWrite(): readonly JournalEntry[] {
    return [...this.finished.values()]
      .filter(({ entry, isMarked }) => !isMarked && this.mayBeDelivered(entry.update.update_id))
      .map(({ entry }) => asTombstone(entry));
  }

  /** Attempts were counted, and these removed and marked in the same step. */
  markCounted({ finishedIds, tombstoneIds }: FinishedUpdates): void {
    this.markRemoved(finishedIds);
    for (const id of tombstoneIds) {
      const finished = this.finished.get(id);
      if (finished !== undefined) finished.isMarked = true;
    }
  }

  /** Call `writeEnded` when the store has answered, or will not any more. */
  writeBegins(entries: readonly JournalEntry[]): void {
    this.writing = new Set(entries.map(({ update }) => update.update_id));
    for (const id of this.writing) {
      const tracked = this.unfinished.get(id);
      if (tracked !== undefined) tracked.mayBeJournaled = true;
    }
  }

  writeEnded({ isWritten }: { isWritten: boolean }): void {
    for (const id of this.writing) {
      if (isWritten) this.markJournaled(id);
      else this.markInDoubt(id);
    }
    this.writing = new Set();
  }

  /** A removal of these was carried out. */
  markRemoved(ids: readonly number[]): void {
    for (const id of ids) {
      const finished = this.finished.get(id);
      if (finished === undefined) continue;
      finished.removalsLeft--;
      if (finished.removalsLeft > 0) continue;
      this.finished.delete(id);
      this.known.delete(id);
    }
  }

  /** Of a batch whose last id is `lastId`: the offset that confirms all that is settled. */
  confirmableOffset(lastId: number): number {
    const first = this.batch.find((tracked) => !tracked.done && !tracked.journaled);
    return first?.update.update_id ?? lastId + 1;
  }

  /** Resolves when `isMet` is found true, now or at a handler's end. Call `forget` in any case. */
  waitFor(isMet: () => boolean): { readonly met: Promise<void>; forget(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { isMet, resolve };
    if (isMet()) resolve();
    else this.waiters.add(waiter);
    return { met: promise, forget: () => this.waiters.delete(waiter) };
  }

  /** Whether one of these has the id of another update that is unfinished. */
  hasIdConflict(updates: readonly Update[]): boolean {
    return updates.some((update) => this.unfinished.has(update.update_id) && !this.isRedelivery(update));
  }

  /** Telegram holds it yet, or did when an earlier leader saw it and has not said otherwise. */
  private mayBeDelivered(id: number): boolean {
    return this.unconfirmed.has(id) || (this.known.has(id) && id >= this.confirmedBelow);
  }

  private isRedelivery(update: Update): boolean {
    const content = this.known.get(update.update_id);
    return content !== undefined && content === JSON.stringify(update);
  }

  private track(
    entry: UnfinishedEntry,
    { journaled, isReplay }: { journaled: boolean; isReplay: boolean },
  ): Tracked {
    const id = entry.update.update_id;
    const tracked = {
      ...entry,
      lane: laneOf(entry.update),
      journaled,
      mayBeJournaled: this.replaceIdConflict(id) || journaled,
      inDoubt: false,
      done: false,
      isReplay,
    };
    this.unfinished.set(id, tracked);
    if (!journaled) this.unsettledTotal++;
    this.lanes.add(tracked);
    return tracked;
  }

  /** An entry of an earlier update with this id is the new one's from now on. False when there is none. */
  private replaceIdConflict(id: number): boolean {
    this.known.delete(id);
    return this.finished.delete(id);
  }

  private markJournaled(id: number): void {
    const tracked = this.unfinished.get(id);
    if (tracked === undefined) return;
    if (!tracked.journaled) this.unsettledTotal--;
    tracked.journaled = true;
  }

  private markInDoubt(id: number): void {
    const tracked = this.unfinished.get(id);
    if (tracked !== undefined) tracked.inDoubt = true;
    const finished = this.finished.get(id);
    if (finished !== undefined) finished.removalsLeft = uncertainRemovals;
  }

  private settle(tracked: Tracked): void {
    tracked.done = true;
    this.unfinished.delete(tracked.update.update_id);
    if (tracked.mayBeJournaled) {
      const removalsLeft = tracked.inDoubt ? uncertainRemovals : 1;
      this.finished.set(tracked.update.update_id, { entry: tracked, removalsLeft, isMarked: false });
    }
    if (!tracked.journaled) this.unsettledTotal--;
    for (const waiter of this.waiters) {
      if (!waiter.isMet()) continue;
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  }
}

function asTombstone({ update, countedEpoch, arrivedEpoch, arrivedIndex }: JournalEntry): JournalEntry {
  return { update, attempt: 'ended', countedEpoch, arrivedEpoch, arrivedIndex };
}

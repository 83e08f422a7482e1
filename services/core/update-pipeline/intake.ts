/**
 * What was received and what has become of it: the book that decides what may be confirmed.
 *
 * An update is settled when its handler has ended or when it stands in the journal. Only settled updates may be
 * confirmed to Telegram, whose confirmation is cumulative; so the offset to confirm is the id of the first
 * unsettled update in order of arrival, or one past the last.
 */
import type { JournalEntry } from './journal.ts';
import { type Job, Lanes, type LanesOptions } from './lanes.ts';
import { laneOf, type Update } from './update.ts';

interface Tracked extends Job, JournalEntry {
  journaled: boolean;
  /** A write was sent whose answer may have been lost: the entry must be removed as if it stood there. */
  mayBeJournaled: boolean;
  done: boolean;
}

export class Intake {
  private readonly epoch: number;
  private readonly lanes: Lanes<Tracked>;
  /** In order of arrival; finished ones leave it. */
  private readonly unfinished = new Map<number, Tracked>();
  /** The last batch in order: it is what the next offset confirms. */
  private batch: readonly Tracked[] = [];
  private readonly finishedIds = new Set<number>();
  /** Journaled by an earlier leader: Telegram may deliver these again, with the very same content. */
  private readonly replayed = new Map<number, string>();
  private arrivals = 0;
  private unsettledTotal = 0;
  private changed = Promise.withResolvers<void>();

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
    return (
      [...this.unfinished.values()].filter((tracked) => tracked.journaled).length + this.finishedIds.size
    );
  }

  replay(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      this.replayed.set(entry.update.update_id, JSON.stringify(entry.update));
      this.track({
        ...entry,
        lane: laneOf(entry.update),
        journaled: true,
        mayBeJournaled: true,
        done: false,
        isReplay: true,
      });
    }
  }

  /** The entries that a delivered batch would get, without those that are known already. */
  entriesFor(updates: readonly Update[]): readonly JournalEntry[] {
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

  /** Takes a delivered batch, ascending by id as Telegram sends it. Those of a crash stand in the journal already. */
  receive(entries: readonly JournalEntry[], { isReplay }: { isReplay: boolean }): void {
    this.batch = entries.map((entry) => ({
      ...entry,
      lane: laneOf(entry.update),
      journaled: isReplay,
      mayBeJournaled: isReplay,
      done: false,
      isReplay,
    }));
    for (const job of this.batch) this.track(job);
  }

  /** How many unfinished updates no journal holds yet. */
  get unsettledCount(): number {
    return this.unsettledTotal;
  }

  /** Unfinished updates that no journal holds yet, in order of arrival. */
  unsettled(): readonly JournalEntry[] {
    return [...this.unfinished.values()].filter((tracked) => !tracked.journaled);
  }

  /** Journal entries whose handlers have ended, and which may be removed. */
  removable(): readonly number[] {
    return [...this.finishedIds];
  }

  markSentToJournal(entries: readonly JournalEntry[]): void {
    for (const { update } of entries) {
      const tracked = this.unfinished.get(update.update_id);
      if (tracked !== undefined) tracked.mayBeJournaled = true;
    }
  }

  markJournaled(entries: readonly JournalEntry[]): void {
    for (const { update } of entries) {
      const tracked = this.unfinished.get(update.update_id);
      if (tracked !== undefined) {
        if (!tracked.journaled) this.unsettledTotal--;
        tracked.journaled = true;
      }
    }
  }

  markRemoved(ids: readonly number[]): void {
    for (const id of ids) this.finishedIds.delete(id);
  }

  /** Of a batch whose last id is `lastId`: the offset that confirms all that is settled. */
  confirmableOffset(lastId: number): number {
    const first = this.batch.find((tracked) => !tracked.done && !tracked.journaled);
    return first?.update.update_id ?? lastId + 1;
  }

  /** Resolves at the next handler's end. */
  nextChange(): Promise<void> {
    return this.changed.promise;
  }

  private isRedelivery(update: Update): boolean {
    const content = this.replayed.get(update.update_id);
    return content !== undefined && content === JSON.stringify(update);
  }

  private track(tracked: Tracked): void {
    this.unfinished.set(tracked.update.update_id, tracked);
    if (!tracked.journaled) this.unsettledTotal++;
    this.lanes.add(tracked);
  }

  private settle(tracked: Tracked): void {
    tracked.done = true;
    this.unfinished.delete(tracked.update.update_id);
    if (tracked.mayBeJournaled) this.finishedIds.add(tracked.update.update_id);
    if (!tracked.journaled) this.unsettledTotal--;
    this.changed.resolve();
    this.changed = Promise.withResolvers<void>();
  }
}

/**
 * The ledger of one term: which updates were received, and what may be confirmed to Telegram.
 *
 * Each update has three states: of its handler, of its journal entry, and at Telegram.
 * - Settled: the handler has ended, or the entry is written or too big to be. Only settled updates may be confirmed. Telegram's
 *   confirmation is cumulative, so the offset to confirm is the id of the first unsettled update in order of arrival, or
 *   one past the last.
 * - Removable: the handler has ended, the journal may hold an entry, and Telegram has confirmed. Until it has, the entry
 *   becomes a tombstone, by which the next leader recognises the update.
 *
 * Invariants, asserted here: a handler starts and ends once; the number of unsettled updates is never negative; no entry
 * is removed while its handler has not ended. `polling-session.ts` asserts that nothing below its offset is unsettled.
 */
import { assert } from '../platform/assert.ts';
import type { ReceivedUpdate } from './handler-run.ts';
import type { FinishedUpdates, JournalEntry, JournalPiece } from './journal.ts';
import { laneOf, type Update } from './update.ts';

/** An update that became a dead letter goes from `waiting` to `ended`. */
type HandlerState = 'waiting' | 'running' | 'ended';

type EntryState =
  /** The journal holds nothing under this id. */
  | 'none'
  /** The journal holds, or may hold, the entry of an earlier update with this id. */
  | 'stale'
  /** A write was sent and not answered yet. */
  | 'writing'
  /** A write failed or its answer was lost: it may have been carried out, or may be later. */
  | 'uncertain'
  | 'written'
  /** No request can carry it: the journal holds nothing, and a crash may lose the update. */
  | 'too big'
  /** The journal holds it as ended. */
  | 'tombstone';

type TelegramState =
  /** Part of the last batch, which is not confirmed yet: Telegram may deliver it again. */
  | 'unconfirmed'
  /** An earlier leader journaled it, perhaps without confirming it: Telegram may deliver it again. */
  | 'inherited'
  | 'confirmed';

/** One journal entry, as far as this term knows. */
interface TrackedEntry {
  readonly content: JournalEntry;
  state: EntryState;
  /** How many removals to send once the handler has ended; all but one of them with renewals. */
  removalsLeft: number;
  /** Length of the stored line; 0 until it is written. */
  size: number;
}

/** The entry of an update whose handler has not ended. */
interface UnfinishedEntry extends JournalEntry {
  readonly attempt: number;
}

export interface TrackedUpdate extends ReceivedUpdate {
  handler: HandlerState;
  readonly entry: TrackedEntry;
}

/**
 * A late write may bring an entry back after its removal, so repeat the removal with this many renewals: for about a
 * minute by default.
 */
const uncertainRemovals = 6;
/** No request carries more ids. */
export const idsPerRequestMax = 5000;

export class UpdateLedger {
  private readonly epoch: number;
  /** Updates whose handlers have not ended, in order of arrival. */
  private readonly unfinished = new Map<number, TrackedUpdate>();
  /** The last batch in order: the next offset confirms it. */
  private batch: readonly TrackedUpdate[] = [];
  /** Entries of ended updates that the journal holds or may hold: they must be removed. */
  private readonly finished = new Map<number, TrackedEntry>();
  /** Ids of the last batch, until Telegram confirms it. */
  private unconfirmed: ReadonlySet<number> = new Set();
  /** Updates that an earlier leader journaled, with their content: Telegram delivers them again unchanged. */
  private readonly inherited = new Map<number, string>();
  /** In this term Telegram confirmed that it holds nothing below this id. */
  private confirmedBelow = Number.NEGATIVE_INFINITY;
  /** Ids in the writes under way: a removal that overtakes a write would leave its entry behind. */
  private readonly writing = new Set<number>();
  private heldTotal = 0;
  private arrivals = 0;
  private unsettledTotal = 0;

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  get inFlight(): number {
    return this.unfinished.size;
  }

  /** How much the unfinished updates take that do not end at once: the length of their journal entries. */
  get heldSize(): number {
    return this.heldTotal;
  }

  /** How many updates have, or may have, an entry in the journal that is still needed or must be removed. */
  get journaled(): number {
    const unfinished = [...this.unfinished.values()].filter(({ entry }) => entry.state === 'written').length;
    return unfinished + this.finished.size;
  }

  /** Takes over what earlier leaders journaled. Returns the updates to replay. */
  replay(entries: readonly JournalEntry[]): readonly TrackedUpdate[] {
    const replayed: TrackedUpdate[] = [];
    for (const content of entries) {
      const { update, attempt } = content;
      if (attempt !== 'ended') replayed.push(this.track({ ...content, attempt }, { isReplay: true }));
      else this.finished.set(update.update_id, { content, state: 'tombstone', removalsLeft: 1, size: 0 });
      this.inherited.set(update.update_id, JSON.stringify(update));
    }
    return replayed;
  }

  /**
   * The entries for a fetched batch, without updates that an earlier leader journaled. Those of a replay are written
   * before they are received: nothing may be done any more to ended updates with their ids.
   */
  entriesFor(updates: readonly Update[], { isReplay }: { isReplay: boolean }): readonly UnfinishedEntry[] {
    this.unconfirmed = new Set(updates.map(({ update_id }) => update_id));
    const fresh = updates.filter((update) => !this.isRedelivery(update));
    if (isReplay) for (const { update_id: id } of fresh) this.replaceIdConflict(id);
    const place = { attempt: 1, countedEpoch: this.epoch, arrivedEpoch: this.epoch };
    return fresh.map((update) => ({ update, ...place, arrivedIndex: this.arrivals++ }));
  }

  /**
   * Takes in a fetched batch, ascending by id as Telegram sends it.
   * @param isReplay the crashed leader may have attempted them: they are in the journal already
   */
  receive(
    entries: readonly UnfinishedEntry[],
    { isReplay }: { isReplay: boolean },
  ): readonly TrackedUpdate[] {
    this.batch = entries.map((entry) => this.track(entry, { isReplay }));
    return this.batch;
  }

  handlerStarted(tracked: TrackedUpdate): void {
    assert(tracked.handler === 'waiting', 'a handler starts once');
    tracked.handler = 'running';
  }

  /** Also for an update that became a dead letter without a run. */
  handlerEnded(tracked: TrackedUpdate): void {
    assert(tracked.handler !== 'ended', 'a handler ends once');
    const { entry, update } = tracked;
    if (!isSettled(tracked)) this.settleOne();
    tracked.handler = 'ended';
    this.unfinished.delete(update.update_id);
    this.heldTotal -= entry.size;
    assert(this.heldTotal >= 0, 'what is held is not negative');
    if (entry.state !== 'none') this.finished.set(update.update_id, entry);
  }

  /** The last batch is confirmed: Telegram holds nothing below `offset`; undefined: nothing at all. */
  confirmed(offset: number | undefined): void {
    this.unconfirmed = new Set();
    this.batch = [];
    this.confirmedBelow = Math.max(this.confirmedBelow, offset ?? Number.POSITIVE_INFINITY);
  }

  get unsettledCount(): number {
    return this.unsettledTotal;
  }

  /** The entries to journal before the batch may be confirmed, in order of arrival. */
  unsettled(): readonly JournalEntry[] {
    const unsettled = [...this.unfinished.values()].filter((tracked) => !isSettled(tracked));
    return unsettled.map(({ entry }) => entry.content);
  }

  get batchEnded(): boolean {
    return this.batch.every(({ handler }) => handler === 'ended');
  }

  /** Tombstones for everything that has ended and that Telegram may deliver again. */
  tombstones(): readonly JournalEntry[] {
    const neverJournaled = this.batch.filter(
      ({ handler, entry }) => handler === 'ended' && entry.state === 'none',
    );
    return [...neverJournaled.map(({ entry }) => asTombstone(entry.content)), ...this.tombstonesToWrite()];
  }

  /** Tombstones for entries that the journal still holds as unfinished. */
  tombstonesToWrite(): readonly JournalEntry[] {
    return [...this.finished.values()]
      .filter(
        ({ content, state }) => state !== 'tombstone' && this.mayBeRedelivered(content.update.update_id),
      )
      .map(({ content }) => asTombstone(content));
  }

  /** Updates that have ended and that Telegram cannot deliver again: their entries can go. */
  removable(countMax = idsPerRequestMax): readonly number[] {
    const ids = [...this.finished.keys()];
    const removable = ids
      .filter((id) => !this.writing.has(id) && !this.mayBeRedelivered(id))
      .slice(0, countMax);
    assert(!removable.some((id) => this.unfinished.has(id)), 'only ended updates are removed');
    return removable;
  }

  /** Call `writeEnded` for each piece when the store has answered or no longer will, or if it is not sent after all. */
  writeStarted(pieces: readonly JournalPiece[]): void {
    for (const { update } of pieces.flatMap(({ entries }) => entries)) {
      this.writing.add(update.update_id);
      const tracked = this.unfinished.get(update.update_id);
      if (tracked !== undefined) tracked.entry.state = 'writing';
    }
  }

  writeEnded({ entries, lines }: JournalPiece, { isWritten }: { isWritten: boolean }): void {
    for (const [index, { update }] of entries.entries()) {
      const id = update.update_id;
      this.writing.delete(id);
      if (isWritten) this.markWritten(id, lines[index]?.length ?? 0);
      else this.markUncertain(id);
    }
  }

  /** No request can carry these. They hold up nobody: Telegram may be told before their handlers have ended. */
  markTooBig(entries: readonly JournalEntry[]): void {
    for (const { update } of entries) {
      const tracked = this.unfinished.get(update.update_id);
      if (tracked === undefined || isSettled(tracked)) continue;
      this.settleOne();
      tracked.entry.state = 'too big';
    }
  }

  /** One request counted attempts, removed the finished and, by id alone, turned entries that are written into tombstones. */
  markCounted({ finishedIds, tombstoneIds }: FinishedUpdates): void {
    this.markRemoved(finishedIds);
    for (const id of tombstoneIds) {
      const entry = this.finished.get(id);
      if (entry?.state === 'written') entry.state = 'tombstone';
    }
  }

  /** The store carried out a removal of these. With much traffic other requests follow one another faster than renewals. */
  markRemoved(ids: readonly number[], { isRenewal }: { isRenewal: boolean } = { isRenewal: false }): void {
    for (const id of ids) {
      const entry = this.finished.get(id);
      if (entry === undefined || (entry.removalsLeft > 1 && !isRenewal)) continue;
      entry.removalsLeft--;
      if (entry.removalsLeft > 0) continue;
      this.finished.delete(id);
      this.inherited.delete(id);
    }
  }

  /** @param lastId the last id of the batch; returns the offset that confirms everything settled in it */
  confirmableOffset(lastId: number): number {
    const firstUnsettled = this.batch.find((tracked) => !isSettled(tracked));
    return firstUnsettled?.update.update_id ?? lastId + 1;
  }

  /** Whether one of these has the id of another update that is unfinished. */
  hasIdConflict(updates: readonly Update[]): boolean {
    return updates.some((update) => this.unfinished.has(update.update_id) && !this.isRedelivery(update));
  }

  private mayBeRedelivered(id: number): boolean {
    return this.telegramState(id) !== 'confirmed';
  }

  private telegramState(id: number): TelegramState {
    if (this.unconfirmed.has(id)) return 'unconfirmed';
    return this.inherited.has(id) && id >= this.confirmedBelow ? 'inherited' : 'confirmed';
  }

  private isRedelivery(update: Update): boolean {
    const content = this.inherited.get(update.update_id);
    return content !== undefined && content === JSON.stringify(update);
  }

  /** A replay's entry is in the journal already. */
  private track(content: UnfinishedEntry, { isReplay }: { isReplay: boolean }): TrackedUpdate {
    const { update, attempt } = content;
    const id = update.update_id;
    const hadEntry = this.replaceIdConflict(id);
    const state = isReplay ? 'written' : hadEntry ? 'stale' : 'none';
    const size = isReplay ? JSON.stringify(update).length : 0;
    const tracked: TrackedUpdate = {
      update,
      lane: laneOf(update),
      attempt,
      isReplay,
      handler: 'waiting',
      entry: { content, state, removalsLeft: 1, size },
      triedBesideOthers: content.triedBesideOthers,
      // The place in the journal stays until the update has ended, and differs from one `dead retry` to the next.
      retry: attempt === 0 ? content.arrivedIndex : undefined,
    };
    this.heldTotal += size;
    this.unfinished.set(id, tracked);
    if (!isReplay) this.unsettledTotal++;
    return tracked;
  }

  /** The new update takes over the entry of an ended one with its id. False when there is none. */
  private replaceIdConflict(id: number): boolean {
    this.inherited.delete(id);
    return this.finished.delete(id);
  }

  private markWritten(id: number, size: number): void {
    const tracked = this.unfinished.get(id);
    if (tracked !== undefined && !isSettled(tracked)) {
      this.settleOne();
      tracked.entry.size = size;
      this.heldTotal += size;
    }
    const entry = tracked?.entry ?? this.finished.get(id);
    if (entry?.state === 'writing') entry.state = 'written';
  }

  private markUncertain(id: number): void {
    const entry = this.unfinished.get(id)?.entry ?? this.finished.get(id);
    if (entry === undefined) return;
    if (entry.state === 'writing') entry.state = 'uncertain';
    entry.removalsLeft = uncertainRemovals;
  }

  private settleOne(): void {
    this.unsettledTotal--;
    assert(this.unsettledTotal >= 0, 'the number of unsettled updates is not negative');
  }
}

function isSettled({ handler, entry }: TrackedUpdate): boolean {
  return handler === 'ended' || entry.state === 'written' || entry.state === 'too big';
}

function asTombstone({ update, countedEpoch, arrivedEpoch, arrivedIndex }: JournalEntry): JournalEntry {
  return { update, attempt: 'ended', countedEpoch, arrivedEpoch, arrivedIndex };
}

/**
 * What a store may do wrong: lose everything, lose one key, forget its last writes, step its clock. None of it is
 * covered by every promise, so each fault tells the checkers exactly what it may cost.
 */
import { quarantineOwner } from '../../services/core/lease/lock-value.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { ExclusionChecker, HeartbeatChecker, OwnershipChecker } from './checkers.ts';
import type { DeliveryChecker } from './delivery-checker.ts';
import type { JournalWitness } from './journal-witness.ts';
import type { Prng } from './prng.ts';
import { putBack, takeSnapshot } from './store-snapshot.ts';

export const storeFaults = [
  'wipe',
  'lose the epoch',
  'lose the lock',
  'lose the journal',
  'roll back',
  'step the clock',
] as const;
export type StoreFault = (typeof storeFaults)[number];

export interface StoreFaultOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly store: EmbeddedStore;
  readonly clock: SteppedClock;
  readonly journal: JournalWitness;
  readonly delivery: DeliveryChecker;
  readonly exclusion: ExclusionChecker;
  readonly ownership: OwnershipChecker;
  readonly heartbeats: HeartbeatChecker;
  readonly faultsOn: () => boolean;
  /** Another bot must not be the first on an empty store: then the store is its own. */
  readonly beforeLoss: () => void;
}

/** The store's clock: it can be stepped. */
export class SteppedClock {
  private readonly trueTime: VirtualClock;
  private aheadMs = 0;

  constructor(trueTime: VirtualClock) {
    this.trueTime = trueTime;
  }

  nowMs(): number {
    return this.trueTime.wallMs() + this.aheadMs;
  }

  step(byMs: number): void {
    this.aheadMs += byMs;
  }
}

const keys = storeKeys('');
const isLetter = (line = ''): boolean => line.startsWith(`${keys.dead} `);
const wasGivenUp = (line: string): boolean => isLetter(line) || line.startsWith(`${keys.journal} 0 `);
const stepMsMax = 5000;
const lostWritesMsMax = 2000;

export class StoreFaults {
  private readonly options: StoreFaultOptions;

  constructor(options: StoreFaultOptions) {
    this.options = options;
  }

  strike(fault: StoreFault): void {
    if (fault === 'wipe') this.wipe();
    else if (fault === 'lose the epoch') this.options.store.execute(['DEL', keys.epoch]);
    else if (fault === 'lose the lock') this.loseLock();
    else if (fault === 'lose the journal') this.loseJournal();
    else if (fault === 'roll back') this.rollBack();
    else this.stepClock();
  }

  /** A wiped store loses its journal, and with it the updates that were only there. No promise covers those. */
  private wipe(): void {
    const { journal, store, beforeLoss } = this.options;
    beforeLoss();
    journal.lose(journal.storedIds());
    store.execute(['FLUSHALL']);
  }

  /** The lock, the epoch and the dead letters stay. */
  private loseJournal(): void {
    const { journal, store, beforeLoss } = this.options;
    beforeLoss();
    journal.lose(journal.journaledIds());
    store.execute(['DEL', keys.journal]);
  }

  /** An acknowledged write is lost: the holder may act until its next renewal. */
  private loseLock(): void {
    this.excuseHolder();
    this.options.store.execute(['DEL', keys.lock]);
  }

  /**
   * A fail-over forgets the last writes. What only they had stored is lost, what they had removed comes back, and a
   * term number may be given twice.
   */
  private rollBack(): void {
    const { trueTime, prng, store, faultsOn } = this.options;
    const snapshot = takeSnapshot(store);
    const ageMs = prng.integer(100, lostWritesMsMax);
    void trueTime.sleep(ageMs).then(() => {
      if (!faultsOn()) return;
      const { journal, delivery, ownership, beforeLoss } = this.options;
      beforeLoss();
      this.excuseHolder();
      const [lock, epoch, lines] = [this.read(keys.lock), this.read(keys.epoch), journal.lines()];
      putBack(store, snapshot, ageMs);
      // What came back has lost its last renewals, even if nobody held the lock in the meantime.
      this.excuseHolder();
      if (this.read(keys.lock) !== lock) ownership.putBack();
      const linesNow = journal.lines();
      const touched = [...lines, ...linesNow].filter(([id]) => lines.get(id) !== linesNow.get(id));
      // A letter, put back or not, that became an earlier entry is finished for the leader that gave it up: it removes it.
      const isLost = ([id, line]: readonly [number, string]): boolean =>
        !linesNow.has(id) || (wasGivenUp(line) && linesNow.get(id) !== line && !isLetter(linesNow.get(id)));
      journal.lose(new Set([...lines].filter(isLost).map(([id]) => id)));
      delivery.forgotten(new Set(touched.map(([id]) => id)));
      if (this.read(keys.epoch) !== epoch) delivery.orderLost();
    });
  }

  /** Without a lock that holds, the holder may act until its next renewal shows how the clock has moved. */
  private stepClock(): void {
    const { prng, clock, heartbeats } = this.options;
    const byMs = prng.integer(-stepMsMax, stepMsMax);
    this.excuseHolder();
    clock.step(byMs);
    heartbeats.stepped(Math.abs(byMs));
  }

  /** The quarantine protects every leader that outlived the wipe. */
  private excuseHolder(): void {
    const { exclusion, ownership } = this.options;
    const holder = this.read(keys.lock);
    if (typeof holder !== 'string') return;
    for (const term of holder.includes(quarantineOwner) ? ownership.order.keys() : [holder])
      exclusion.excuse(term);
  }

  private read(key: string): unknown {
    return this.options.store.execute(['GET', key]);
  }
}

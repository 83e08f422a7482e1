/** Watches what the store keeps of each update, so that the delivery checker knows what may be tried again. */
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { DeliveryChecker } from './delivery-checker.ts';
import type { RanScript } from './store-witness.ts';

const keys = storeKeys('');
/** A TTL: for so long at least a worker guards against a write that it has given up. */
const lateMsMax = 6000;

export class JournalWitness {
  private readonly store: EmbeddedStore;
  private readonly delivery: DeliveryChecker;
  private readonly termOf: (process: string) => string | undefined;
  private readonly writes = new Set<string>();
  private readonly released = new Set<string>();
  private readonly lostIds = new Set<number>();

  constructor(
    store: EmbeddedStore,
    delivery: DeliveryChecker,
    termOf: (process: string) => string | undefined,
  ) {
    this.store = store;
    this.delivery = delivery;
    this.termOf = termOf;
  }

  ran({ script, args, before, by, lateMs }: RanScript): void {
    const [value = '', , , , event] = args;
    if (script.name.startsWith('write-journal')) this.written(value, args.join(' '), { by, lateMs });
    if (!script.name.startsWith('release-') || event !== 'released' || before.value !== value) return;
    this.released.add(value);
    this.delivery.endedCleanly(value, this.unfinishedIds());
  }

  /** The store loses these entries. */
  lose(ids: ReadonlySet<number>): void {
    for (const id of ids) this.lostIds.add(id);
    this.delivery.wiped(ids);
  }

  /** Updates that are dead letters or were lost with the store's data. */
  deadOrLost(): ReadonlySet<number> {
    return new Set([...this.idsIn(keys.dead), ...this.lostIds]);
  }

  journaledIds(): ReadonlySet<number> {
    return new Set(this.idsIn(keys.journal));
  }

  /** Everything stored about updates. */
  storedIds(): ReadonlySet<number> {
    return new Set([...this.idsIn(keys.journal), ...this.idsIn(keys.dead)]);
  }

  lines(): ReadonlyMap<number, string> {
    const lines = new Map<number, string>();
    for (const key of [keys.journal, keys.dead]) {
      const all = this.store.execute(['HGETALL', key]) as string[];
      for (let at = 0; at < all.length; at += 2) lines.set(Number(all[at]), `${key} ${all[at + 1]}`);
    }
    return lines;
  }

  /** A request that runs very late or twice may restore entries. */
  private written(value: string, write: string, { by, lateMs }: Pick<RanScript, 'by' | 'lateMs'>): void {
    const isOver = this.released.has(value) || this.termOf(by) !== value;
    if (isOver) this.delivery.forgotten(this.unfinishedIds());
    if (isOver || lateMs > lateMsMax || this.writes.has(write)) this.delivery.restored(this.unfinishedIds());
    this.writes.add(write);
  }

  /** What the journal holds unfinished. */
  unfinishedIds(): ReadonlySet<number> {
    const entries = this.store.execute(['HVALS', keys.journal]) as string[];
    const unfinished = entries.filter((entry) => !entry.startsWith('ended '));
    return new Set(unfinished.map((entry) => Number(/"update_id":(\d+)/.exec(entry)?.[1])));
  }

  private idsIn(hash: string): number[] {
    return (this.store.execute(['HKEYS', hash]) as string[]).map(Number);
  }
}

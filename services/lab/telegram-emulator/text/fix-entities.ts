/**
 * Makes any entities consistent: links and quotes do not overlap, nothing is inside of code, and bold, italic and their
 * like are joined where they touch and cut where another entity begins or ends.
 *
 * Source: td's `fix_entities` and `merge_new_entities`.
 */
import {
  type Entity,
  type EntityType,
  endOf,
  preTypes,
  quoteTypes,
  sortEntities,
  splittableTypes,
} from './entity.ts';

export function fixEntities(entities: readonly Entity[]): Entity[] {
  const { splittable, quotes, others } = sorted(entities);
  const apart = withoutOverlaps(quotes);
  const fixed = sortEntities([...withoutCrossing(withoutOverlaps(others), apart), ...apart]);
  return sortEntities([...fixed, ...split(splittable, fixed)]);
}

/** Adds those found in the text itself, where nothing else is. */
export function addFound(entities: readonly Entity[], found: readonly Entity[]): Entity[] {
  if (found.length === 0) return [...entities];
  const { splittable, quotes, others } = sorted(entities);
  const free = withoutCrossing(found, quotes).filter((one) => !others.some((other) => overlap(one, other)));
  const fixed = sortEntities([...others, ...free, ...quotes]);
  return sortEntities([...fixed, ...split(splittable, fixed)]);
}

/** Keeps each entity that begins after the end of the one before. */
export function withoutOverlaps(entities: readonly Entity[]): Entity[] {
  let end = 0;
  return sortEntities(entities).filter((entity) => {
    if (entity.offset < end) return false;
    end = endOf(entity);
    return true;
  });
}

function sorted(entities: readonly Entity[]): Record<'splittable' | 'quotes' | 'others', Entity[]> {
  const inOrder = sortEntities(entities);
  const isSplittable = ({ type }: Entity): boolean => splittableTypes.includes(type);
  const isQuote = ({ type }: Entity): boolean => quoteTypes.includes(type);
  return {
    splittable: inOrder.filter(isSplittable),
    quotes: inOrder.filter(isQuote),
    others: inOrder.filter((entity) => !isSplittable(entity) && !isQuote(entity)),
  };
}

function overlap(one: Entity, other: Entity): boolean {
  return one.offset < endOf(other) && other.offset < endOf(one);
}

/** A quote may hold an entity, but not cut it. */
function withoutCrossing(entities: readonly Entity[], quotes: readonly Entity[]): Entity[] {
  const isHeld = (entity: Entity, quote: Entity): boolean =>
    quote.offset <= entity.offset && endOf(entity) <= endOf(quote);
  return entities.filter((entity) =>
    quotes.every((quote) => !overlap(entity, quote) || isHeld(entity, quote)),
  );
}

/** Cuts the splittable ones at the bounds of the fixed ones; drops what is inside of code. */
function split(entities: readonly Entity[], fixed: readonly Entity[]): Entity[] {
  const splitter = new Splitter(entities);
  const around: Entity[] = [];
  const goTo = (offset: number): void => {
    for (let last = around.at(-1); last !== undefined && offset >= endOf(last); last = around.at(-1)) {
      splitter.cutAt(endOf(last), { keep: !preTypes.includes(last.type) });
      around.pop();
    }
    splitter.cutAt(offset, { keep: true });
  };
  for (const entity of fixed) {
    goTo(entity.offset);
    around.push(entity);
  }
  goTo(Number.POSITIVE_INFINITY);
  return splitter.cut;
}

class Splitter {
  cut: Entity[] = [];
  readonly #waiting: Entity[];
  readonly #open = new Map<EntityType, { begin: number; end: number }>();

  constructor(entities: readonly Entity[]) {
    this.#waiting = [...entities];
  }

  /** Takes in all that begin before the offset, and cuts all that reach beyond it. */
  cutAt(offset: number, { keep }: { keep: boolean }): void {
    const before = this.cut.length;
    while (this.#waiting[0] !== undefined && this.#waiting[0].offset < offset) {
      this.#take(this.#waiting[0]);
      this.#waiting.shift();
    }
    this.#flush(offset);
    if (!keep) this.cut.length = before;
  }

  #take(entity: Entity): void {
    const open = this.#open.get(entity.type);
    if (open !== undefined && entity.offset <= open.end) {
      open.end = Math.max(open.end, endOf(entity));
      return;
    }
    this.#flush(entity.offset);
    this.#open.set(entity.type, { begin: entity.offset, end: endOf(entity) });
  }

  #flush(offset: number): void {
    for (const type of splittableTypes) {
      const open = this.#open.get(type);
      if (open === undefined || open.begin >= offset) continue;
      const end = Math.min(open.end, offset);
      this.cut.push({ type, offset: open.begin, length: end - open.begin });
      if (open.end <= offset) this.#open.delete(type);
      else open.begin = offset;
    }
  }
}

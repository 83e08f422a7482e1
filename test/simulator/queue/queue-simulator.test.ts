import { describe, expect, it } from 'vitest';
import { catchingSeed } from '../hunt.ts';
import { queueMutants } from './mutants.ts';
import { run } from './scenario.ts';

/** Enough to meet every kind of fault. `npm run simulate` does the long runs. */
const seeds = 60;
/** A mutant that survives this many shows a hole in the simulator. */
const seedsMax = 600;
const knownSeeds: ReadonlyMap<string, number> = new Map([
  ['the messages of a group are prolonged apart', 200],
  ['the deadline counts from the answer', 46],
  ['second attempts run side by side', 151],
]);

describe('queue mode on a virtual clock', () => {
  it(`keeps its promises in ${seeds} runs of crashes, pauses, lost answers and partial failures on both sides`, async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const { violations, completed } = await run({ seed });
      expect(violations, `seed ${seed}`).toEqual([]);
      expect(completed).toBeGreaterThan(0);
    }
  });

  it('keeps the order though a journaled batch takes over the id of an update that has ended', async () => {
    expect((await run({ seed: 60_260_556 })).violations).toEqual([]);
  });

  it('replaces consumers whose stop outlasts the faults', async () => {
    expect((await run({ seed: 60_100_657 })).violations).toEqual([]);
  });

  it('repeats a run exactly from its seed', async () => {
    const traceOf = async (seed: number): Promise<string[]> => {
      const lines: string[] = [];
      await run({ seed, trace: (line) => lines.push(line) });
      return lines;
    };
    expect(await traceOf(42)).toEqual(await traceOf(42));
  });
});

describe('a mutant of queue mode', () => {
  it.for(queueMutants)('is caught: $name', async ({ name, sha256, install }, { signal }) => {
    const uninstall = install();
    try {
      const caughtBy = await catchingSeed({
        mutant: name,
        seedsMax,
        knownSeed: knownSeeds.get(name),
        signal,
        run: (seed) => run({ seed, ...(sha256 === undefined ? {} : { sha256 }) }),
      });
      expect(caughtBy).toBeDefined();
    } finally {
      uninstall();
    }
  });
});

import { describe, expect, it } from 'vitest';
import { catchingSeed } from './hunt.ts';
import { mutants } from './mutants.ts';
import { run } from './scenario.ts';

/** Enough to meet every kind of fault; the long runs are `npm run simulate`. */
const seeds = 150;
/** A mutant that needs more has found a hole in the simulator. */
const seedsMax = 1500;
/** Where the search begins. A seed may go stale when the scenario changes: the test is slower then, and says so. */
const knownSeeds: ReadonlyMap<string, number> = new Map([
  ['the journal is written without the lock', 213],
  ['what a stop could not confirm is forgotten', 813],
  ['finished entries are never removed from the journal', 169],
  ['what was given up is forgotten at once', 94],
  ['a late write sets attempts back', 736],
  ['lock value made once per process', 113],
  ['no quarantine after a wiped store', 44],
]);

describe('the worker on a virtual clock', () => {
  it(`keeps its promises in ${seeds} runs of crashes, pauses, partitions, lost answers and wiped stores`, async () => {
    let terms = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const { violations, terms: ofRun } = await run({ seed });
      expect(violations, `seed ${seed}`).toEqual([]);
      terms += ofRun;
    }
    expect(terms).toBeGreaterThan(seeds * 2);
  });

  it('does the same again from the same seed', async () => {
    const traceOf = async (seed: number): Promise<string[]> => {
      const lines: string[] = [];
      await run({ seed, trace: (line) => lines.push(line) });
      return lines;
    };
    expect(await traceOf(42)).toEqual(await traceOf(42));
    expect(await traceOf(42)).not.toEqual(await traceOf(43));
  });
});

describe('a mutant', () => {
  it.each(mutants)('is caught: $name', async ({ name, mutation, install }) => {
    const takeOut = install();
    try {
      const caughtBy = await catchingSeed({
        mutant: name,
        seedsMax,
        knownSeed: knownSeeds.get(name),
        run: (seed) => run({ seed, mutation }),
      });
      expect(caughtBy).toBeDefined();
    } finally {
      takeOut();
    }
  });

  it('has a known seed only under its own name', () => {
    const names = mutants.map(({ name }) => name);
    expect([...knownSeeds.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });
});

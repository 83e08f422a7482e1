import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';
import { run } from './scenario.ts';

/** Enough to meet every kind of fault; the long runs are `npm run simulate`. */
const seeds = 150;
/** A mutant that needs more has found a hole in the simulator. */
const seedsPerMutantMax = 1500;

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
  it.each(mutants)('is caught: $name', async ({ mutation, install }) => {
    const takeOut = install();
    try {
      let caughtBy: number | undefined;
      for (let seed = 1; seed <= seedsPerMutantMax && caughtBy === undefined; seed++) {
        if ((await run({ seed, mutation })).violations.length > 0) caughtBy = seed;
      }
      expect(caughtBy).toBeDefined();
    } finally {
      takeOut();
    }
  });
});

import { describe, expect, it } from 'vitest';
import { monitorMutants } from './mutants.ts';
import { run } from './scenario.ts';

/** Enough to meet every kind of fault; `npm run simulate` runs many more. */
const seeds = 150;
/** A mutant that needs more seeds has found a hole in the simulator. */
const seedsPerMutantMax = 400;

describe('the monitor on a virtual clock', () => {
  it(`reports every outage once in ${seeds} nights of killed runs, failing channels and an unreachable store`, async () => {
    let outages = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const { violations, outages: ofRun } = await run({ seed });
      expect(violations, `seed ${seed}`).toEqual([]);
      outages += ofRun;
    }
    expect(outages).toBeGreaterThan(seeds);
  });

  it('repeats a run exactly from the same seed', async () => {
    const traceOf = async (seed: number): Promise<string[]> => {
      const lines: string[] = [];
      await run({ seed, trace: (line) => lines.push(line) });
      return lines;
    };
    expect(await traceOf(42)).toEqual(await traceOf(42));
    expect(await traceOf(42)).not.toEqual(await traceOf(43));
  });
});

describe('a mutant of the monitor', () => {
  it.each(monitorMutants)('is caught: $name', async ({ mutation }) => {
    let caughtBy: number | undefined;
    for (let seed = 1; seed <= seedsPerMutantMax && caughtBy === undefined; seed++) {
      if ((await run({ seed, mutation })).violations.length > 0) caughtBy = seed;
    }
    expect(caughtBy).toBeDefined();
  });
});

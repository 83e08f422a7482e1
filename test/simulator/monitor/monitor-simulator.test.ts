import { describe, expect, it } from 'vitest';
import { catchingSeed } from '../hunt.ts';
import { monitorMutants } from './mutants.ts';
import { run } from './scenario.ts';

/** Enough to meet every kind of fault; `npm run simulate` runs many more. */
const seeds = 100;
/** A mutant that needs more seeds has found a hole in the simulator. */
const seedsMax = 1000;
/** Where the search begins. A seed may go stale when the scenario changes: the test is slower then, and says so. */
const knownSeeds: ReadonlyMap<string, number> = new Map([
  ['reminders go on although someone is on it', 101],
  ['reminders leave no room for the truth', 393],
  ['"back" does not wait for a reminder under way', 256],
  ['every run plans the restart', 135],
]);

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

  it.each([
    ['the last run has not ended', 60_100_832],
    ['a "down" of the outage before is true again', 60_200_085],
  ])('expects nothing that nobody promises: %s', async (_what, seed) => {
    expect((await run({ seed })).violations).toEqual([]);
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
  it.for(monitorMutants)('is caught: $name', async ({ name, mutation }, { signal }) => {
    const caughtBy = await catchingSeed({
      mutant: name,
      seedsMax,
      knownSeed: knownSeeds.get(name),
      signal,
      run: (seed) => run({ seed, mutation }),
    });
    expect(caughtBy).toBeDefined();
  });

  it('has a known seed only under its own name', () => {
    const names = monitorMutants.map(({ name }) => name);
    expect([...knownSeeds.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });
});

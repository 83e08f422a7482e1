import { describe, expect, it } from 'vitest';
import { catchingSeed } from './hunt.ts';
import { mutants } from './mutants.ts';
import { run } from './scenario.ts';

/** Enough to meet every kind of fault. `npm run simulate` does the long runs. */
const seeds = 150;
/** A mutant that survives this many shows a hole in the simulator. */
const seedsMax = 1500;
/** Where the search begins. A change of the scenario may make a seed stale; then the test is slower and prints a new one. */
const knownSeeds: ReadonlyMap<string, number> = new Map([
  ['the journal is written without the lock', 802],
  ['dead letters are forgotten at once', 528],
  ['the journal is written in one request, however long', 85],
  ['the journal is read in one answer, however long', 163],
  ['a replay is in the order of the ids', 70],
  ['what an operator put back is removed with what has ended', 53],
  ['deadline counted from the answer', 46],
  ['a lost epoch begins at 0 beside a journal', 55],
  ['a dead letter put back is lost', 53],
]);

describe('the worker on a virtual clock', () => {
  it(`keeps its promises in ${seeds} runs of crashes, pauses, partitions, lost answers and stores that fail`, async () => {
    let terms = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const { violations, terms: ofRun } = await run({ seed });
      expect(violations, `seed ${seed}`).toEqual([]);
      terms += ofRun;
    }
    expect(terms).toBeGreaterThan(seeds * 2);
  });

  it.each([
    ['a machine was halted while it took the lock', 60_102_903],
    ['the store’s clock stepped, and a revoked holder got its answer too late to see it', 60_501_773],
    ['beside a handler that never ends an update was marked twice', 71_015_399],
    ['a fail-over put a lock back that a wipe had taken', 60_206_740],
    ['a fail-over lost what a term had written, and then the term ended cleanly', 60_280_701],
  ])('expects nothing that nobody promises: %s', async (_what, seed) => {
    expect((await run({ seed })).violations).toEqual([]);
  });

  it('repeats a run exactly from its seed', async () => {
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
  it.for(mutants)('is caught: $name', async ({ name, mutation, install }, { signal }) => {
    const uninstall = install();
    try {
      const caughtBy = await catchingSeed({
        mutant: name,
        seedsMax,
        knownSeed: knownSeeds.get(name),
        signal,
        run: (seed) => run({ seed, mutation }),
      });
      expect(caughtBy).toBeDefined();
    } finally {
      uninstall();
    }
  });

  it('exists for each known seed', () => {
    const names = mutants.map(({ name }) => name);
    expect([...knownSeeds.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });
});

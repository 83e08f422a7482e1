import { describe, expect, it } from 'vitest';
import { catchingSeed } from '../hunt.ts';
import { togetherMutants } from './mutants.ts';
import { run } from './scenario.ts';

const seeds = 15;
const seedsMax = 200;

describe('workers and monitor on one virtual clock', () => {
  it(`open no false outage, and a restart ends each hang, in ${seeds} quarters of an hour`, async () => {
    let [outages, restarts] = [0, 0];
    for (let seed = 1; seed <= seeds; seed++) {
      const result = await run({ seed });
      expect(result.violations, `seed ${seed}`).toEqual([]);
      outages += result.outages;
      restarts += result.restarts;
    }
    expect(Math.min(outages, restarts)).toBeGreaterThan(seeds / 3);
  });
});

describe('workers that hang again before a poll has ended the outage', () => {
  it('wait for a person: the outage has had its one restart', async () => {
    expect((await run({ seed: 60_000_317 })).violations).toEqual([]);
  });
});

describe('a mutant of both', () => {
  it.for(togetherMutants)('is caught: $name', async ({ name, mutation, install }, { signal }) => {
    const uninstall = install();
    try {
      const hunt = { mutant: name, seedsMax, knownSeed: undefined, signal };
      expect(await catchingSeed({ ...hunt, run: (seed) => run({ seed, mutation }) })).toBeDefined();
    } finally {
      uninstall();
    }
  });
});

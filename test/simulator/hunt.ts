/**
 * Searches for a seed whose run catches a mutant.
 *
 * Guarantees: returns undefined only after the mutant survived every seed from 1 to `seedsMax`. The known seed is tried
 * first to save time. If it no longer catches the mutant, the search continues and prints the seed to note instead.
 */
export interface Hunt {
  readonly mutant: string;
  readonly seedsMax: number;
  readonly knownSeed: number | undefined;
  /** Ends the search: the test has run out of time, and the next one installs its own mutant. */
  readonly signal: AbortSignal;
  readonly run: (seed: number) => Promise<{ readonly violations: readonly string[] }>;
}

/** A mutant that is caught within this many seeds needs no known one. */
const seedsWorthNoting = 40;

export async function catchingSeed({
  mutant,
  seedsMax,
  knownSeed,
  signal,
  run,
}: Hunt): Promise<number | undefined> {
  const catches = async (seed: number): Promise<boolean> => (await run(seed)).violations.length > 0;
  if (knownSeed !== undefined && knownSeed <= seedsMax && (await catches(knownSeed))) return knownSeed;
  for (let seed = 1; seed <= seedsMax && !signal.aborted; seed++) {
    if (!(await catches(seed))) continue;
    if (seed > seedsWorthNoting) {
      process.stderr.write(`known seeds: note ${seed} for the mutant ${JSON.stringify(mutant)}\n`);
    }
    return seed;
  }
  return undefined;
}

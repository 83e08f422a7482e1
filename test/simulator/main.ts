/**
 * `npm run simulate -- --seeds N [--seed S] [--only workers|monitor|together|queue] [--jobs J]`: N runs of each part.
 *
 * Simulates the workers (lease and updates), the monitor, both on one store, and queue mode, from seed S on, in J threads: one for each
 * core unless told otherwise. Prints how many runs a core does in a minute of its time, and how many all of them did. At a
 * violation it prints the seed and a readable trace of that run and exits with 1. Wrong options: exit code 78.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { readOptions, refuse } from '../support/options.ts';
import { type BlockOfSeeds, type BlockResult, type Part, parts, runs } from './parts.ts';

/** Seeds that a thread is handed at once. */
const blockSize = 50;
/** Each run leaves much garbage and keeps nothing: a large nursery spares most of its collection. */
const youngGenerationMb = 64;
const progressEvery = 10_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const values = readOptions({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    jobs: { type: 'string' },
  },
  expected: `nothing, or --seeds N, --seed S, --only ${parts.join('|')} and --jobs J`,
  example: 'npm run simulate -- --seeds 1000',
});
// Zero runs would pass as runs without a violation.
const seeds = wholeNumber('--seeds', values.seeds, { fallback: 1000, min: 1 });
const firstSeed = wholeNumber('--seed', values.seed, { fallback: 1, min: 0 });
const jobs = wholeNumber('--jobs', values.jobs, { fallback: availableParallelism(), min: 1 });
const chosen = values.only === undefined ? parts : [onlyPart(values.only)];

const startedMs = systemClock.monotonicMs();
const done = new Map<Part, { seeds: number; coreMs: number }>(
  chosen.map((part) => [part, { seeds: 0, coreMs: 0 }]),
);
const failed = await runAll(blocks());
if (failed === undefined) report('0 violations');
else await explain(failed);
process.exit(failed === undefined ? 0 : 1);

/** The parts take turns, so that they end together. */
function* blocks(): Generator<BlockOfSeeds> {
  for (let at = 0; at < seeds; at += blockSize) {
    for (const part of chosen)
      yield { part, firstSeed: firstSeed + at, count: Math.min(blockSize, seeds - at) };
  }
}

/** Resolves to the first block with a violation, once all blocks are done or one has failed. */
async function runAll(waiting: Generator<BlockOfSeeds>): Promise<BlockResult | undefined> {
  const threads = Array.from({ length: jobs }, () => runThread(waiting));
  const failures = new Promise<BlockResult>((resolve) => {
    for (const thread of threads) void thread.then((result) => result === undefined || resolve(result));
  });
  return Promise.race([failures, Promise.all(threads).then((results) => results.find(Boolean))]);
}

function runThread(waiting: Generator<BlockOfSeeds>): Promise<BlockResult | undefined> {
  const thread = new Worker(new URL('./seed-thread.ts', import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
  });
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const { value, done: isOver } = waiting.next();
      if (isOver) resolve(undefined);
      else thread.postMessage(value);
    };
    thread.on('error', reject);
    thread.on('message', (result: BlockResult) => {
      if (result.failed !== undefined) return resolve(result);
      note(result);
      return next();
    });
    next();
  });
}

function note({ part, count, coreMs }: BlockResult): void {
  const sum = done.get(part);
  if (sum === undefined) return;
  sum.seeds += count;
  sum.coreMs += coreMs;
  if (total() % progressEvery < count) report('no violation so far');
}

function total(): number {
  return [...done.values()].reduce((sum, { seeds: ofPart }) => sum + ofPart, 0);
}

function report(verdict: string): void {
  for (const [part, { seeds: ofPart, coreMs }] of done)
    say(
      `${part}: ${ofPart} seeds from ${firstSeed} on, ${verdict}, ${perMinute(ofPart, coreMs)} a minute of a core`,
    );
  const elapsedMs = systemClock.monotonicMs() - startedMs;
  say(`in all: ${total()} seeds, ${perMinute(total(), elapsedMs)} a minute with ${jobs} threads`);
}

function perMinute(count: number, ms: number): number {
  return Math.round((count / ms) * 60_000);
}

async function explain({ part, failed: what }: BlockResult): Promise<void> {
  if (what === undefined) return;
  await runs[part]({ seed: what.seed, trace: say });
  say(`${part}: seed ${what.seed}: ${what.violations.join('; ')}`);
  say(`again: npm run simulate -- --seeds 1 --seed ${what.seed} --only ${part}`);
}

function onlyPart(name: string): Part {
  return parts.find((part) => part === name) ?? refuseValue('--only', parts.join(' or '), name);
}

function wholeNumber(
  name: string,
  text: string | undefined,
  { fallback, min }: { fallback: number; min: number },
): number {
  if (text === undefined) return fallback;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min
    ? number
    : refuseValue(name, `a whole number from ${min} on, such as ${fallback}`, text);
}

function refuseValue(name: string, expected: string, got: string): never {
  return refuse(`${name}: expected ${expected}, got ${JSON.stringify(got)}; correct it and run again`);
}

/**
 * `npm run simulate -- --seeds N [--seed S] [--only workers|monitor]`: N runs from seed S on.
 *
 * Simulates the workers (lease and updates) and the monitor side by side, in one process each. Prints the number of
 * runs a minute. At a violation it prints the seed and a readable trace of that run and exits with 1. Wrong options:
 * exit code 78.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { readOptions, refuse } from '../support/options.ts';
import { run as runMonitor } from './monitor/scenario.ts';
import { run as runWorkers } from './scenario.ts';

type Run = (options: { seed: number; trace?: (line: string) => void }) => Promise<{
  readonly violations: readonly string[];
}>;

const parts: Readonly<Record<string, Run>> = { workers: runWorkers, monitor: runMonitor };
const progressEvery = 5000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const values = readOptions({
  options: { seeds: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
  expected: `nothing, or --seeds N, --seed S and --only ${Object.keys(parts).join('|')}`,
  example: 'npm run simulate -- --seeds 1000',
});
// Zero runs would pass as runs without a violation.
const seeds = wholeNumber('--seeds', values.seeds, { fallback: 1000, min: 1 });
const firstSeed = wholeNumber('--seed', values.seed, { fallback: 1, min: 0 });
process.exit(values.only === undefined ? await runAllParts() : await runPart(values.only));

async function runAllParts(): Promise<number> {
  const self = import.meta.filename;
  const codes = Object.keys(parts).map(async (part) => {
    const args = [self, '--seeds', String(seeds), '--seed', String(firstSeed), '--only', part];
    const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
    return Number(code ?? 1);
  });
  return Math.max(...(await Promise.all(codes)));
}

async function runPart(part: string): Promise<number> {
  const run = parts[part];
  if (run === undefined) return refuseValue('--only', Object.keys(parts).join(' or '), part);
  const startedMs = systemClock.monotonicMs();
  const perMinute = (count: number): number =>
    Math.round((count / (systemClock.monotonicMs() - startedMs)) * 60_000);
  for (let done = 0; done < seeds; done++) {
    const seed = firstSeed + done;
    const { violations } = await run({ seed });
    if (violations.length > 0) {
      await run({ seed, trace: say });
      say(`${part}: seed ${seed}: ${violations.join('; ')}`);
      say(`again: npm run simulate -- --seeds 1 --seed ${seed} --only ${part}`);
      return 1;
    }
    if ((done + 1) % progressEvery === 0) say(`${part}: ${done + 1} seeds, ${perMinute(done + 1)} a minute`);
  }
  say(`${part}: ${seeds} seeds from ${firstSeed} on, 0 violations, ${perMinute(seeds)} a minute`);
  return 0;
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

/**
 * `npm run simulate -- --seeds N [--seed S]`: N runs from seed S on.
 *
 * Prints how many runs a minute; at a violation the seed and a readable trace of that run, and exits with 1.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { run } from './scenario.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' } } });
const seeds = wholeNumber('--seeds', values.seeds, 1000);
const firstSeed = wholeNumber('--seed', values.seed, 1);
const progressEvery = 5000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const startedMs = systemClock.monotonicMs();
let terms = 0;
let completed = 0;
for (let index = 0; index < seeds; index++) {
  const result = await run({ seed: firstSeed + index });
  terms += result.terms;
  completed += result.completed;
  if (result.violations.length > 0) {
    await run({ seed: result.seed, trace: say });
    say(`seed ${result.seed}: ${result.violations.join('; ')}`);
    say(`again: npm run simulate -- --seeds 1 --seed ${result.seed}`);
    process.exit(1);
  }
  if ((index + 1) % progressEvery === 0)
    say(`${index + 1} seeds, 0 violations, ${perMinute(index + 1)} a minute`);
}
say(
  `${seeds} seeds from ${firstSeed} on, ${terms} terms, ${completed} updates handled, 0 violations, ${perMinute(seeds)} a minute`,
);

function perMinute(count: number): number {
  return Math.round((count / (systemClock.monotonicMs() - startedMs)) * 60_000);
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(
    `${name}: expected a whole number, got ${JSON.stringify(text)}; write it like ${name} ${fallback}\n`,
  );
  return process.exit(78);
}

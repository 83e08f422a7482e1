/**
 * `npm run bench [-- --only SCENARIO] [--rounds N] [--write]`: measures on this machine; prints tables, and JSON on the
 * last line.
 *
 * Compare figures only within one run: the contenders take turns, so the machine's speed and its other load affect them
 * alike. `--write` generates `docs/benchmarks.md`, the tables of `docs/scaling.md` and their pictures from this run, so it
 * needs all scenarios. Exit code 78 for invalid options.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions, refuse } from '../support/options.ts';
import { type BenchFixture, openFixture } from './bench-fixture.ts';
import { reportFiles } from './report/files.ts';
import { thisMachine } from './report/machine.ts';
import { type MeasuredScale, targetsTable } from './report/scale-targets.ts';
import { type Measured, scenarios } from './scenarios.ts';
import { tableText } from './table.ts';

type Key = keyof Measured;
const keys = Object.keys(scenarios) as Key[];
const docs = join(import.meta.dirname, '..', '..', 'docs');

const say = (line: string): void => void process.stdout.write(`${line}\n`);

process.exit(await main());

async function main(): Promise<number> {
  const {
    only,
    rounds,
    write = false,
  } = readOptions({
    options: { only: { type: 'string' }, rounds: { type: 'string' }, write: { type: 'boolean' } },
    expected: 'nothing, or --only SCENARIO, --rounds N and --write',
    example: 'npm run bench -- --rounds 3',
  });
  const chosen = keys.filter((key) => only === undefined || scenarios[key].name === only);
  const problem = problemWith({ only, rounds, write, chosen });
  if (problem !== undefined) return refuse(problem);
  const machine = thisMachine();
  const measured = await measureAll(chosen, rounds === undefined ? undefined : Number(rounds));
  if (isScale(measured)) say(tableText(targetsTable(measured)));
  const json = JSON.stringify({ ...measured, machine }, shortNumbers);
  if (write) {
    // Use the rounded figures of the JSON, so that the page can be generated from it again.
    const rounded = JSON.parse(json) as Measured;
    const scalingPage = readFileSync(join(docs, 'scaling.md'), 'utf8');
    const files = reportFiles({ measured: rounded, machine, json }, scalingPage);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(docs, file), text);
  }
  await new Promise<void>((resolve) => process.stdout.write(`${json}\n`, () => resolve()));
  return 0;
}

interface BenchOptions {
  readonly only: string | undefined;
  readonly rounds: string | undefined;
  readonly write: boolean;
  readonly chosen: readonly Key[];
}

function problemWith({ only, rounds, write, chosen }: BenchOptions): string | undefined {
  const names = [...new Set(keys.map((key) => scenarios[key].name))].join(', ');
  if (chosen.length === 0)
    return `--only: expected one of ${names}, got ${JSON.stringify(only)}; choose one, or leave it out for all`;
  if (rounds !== undefined && !/^[1-9]\d?$/.test(rounds))
    return `--rounds: expected a whole number from 1 to 99, got ${JSON.stringify(rounds)}; fix it and run again`;
  if (write && only !== undefined)
    return '--write: expected all scenarios, because the page shows all, got --only; leave one of the two out';
  return undefined;
}

function isScale(measured: Partial<Measured>): measured is MeasuredScale {
  return keys.every((key) => scenarios[key].name !== 'scale' || measured[key] !== undefined);
}

async function measureAll(chosen: readonly Key[], rounds: number | undefined): Promise<Partial<Measured>> {
  let open: Promise<BenchFixture> | undefined;
  const fixture = (): Promise<BenchFixture> => {
    open ??= openFixture();
    return open;
  };
  const measured: { -readonly [K in Key]?: Measured[K] } = {};
  const measureOne = async <K extends Key>(key: K): Promise<void> => {
    const scenario = scenarios[key];
    const result: Measured[K] = await scenario.measure(fixture, rounds ?? scenario.rounds ?? 1);
    measured[key] = result;
    say(tableText(scenario.table(result)));
  };
  try {
    for (const key of chosen) await measureOne(key);
  } finally {
    await (await open)?.stop();
  }
  return measured;
}

/** Three decimals: finer figures mean nothing. */
function shortNumbers(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(3)) : value;
}

/**
 * `npm run bench [-- --only SCENARIO] [--rounds N] [--write]`: what this machine measures, as tables, and as JSON on
 * the last line.
 *
 * Figures of one run compare with one another: the contenders take turns, so that whatever else the machine does
 * meets all of them, and the machine's own speed is in all of them. `--write` makes `docs/benchmarks.md` and its
 * picture from what was just measured, so it wants all scenarios. Exit code 78 when it is asked for something else.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions, refuse } from '../support/options.ts';
import { openStage, type Stage } from './bench-fixture.ts';
import { chart } from './report/chart.ts';
import { thisMachine } from './report/machine.ts';
import { page } from './report/page.ts';
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
  const json = JSON.stringify({ ...measured, machine }, shortNumbers);
  if (write) {
    // What stands in the JSON, rounded as it is: so the page can be made from it again.
    const rounded = JSON.parse(json) as Measured;
    writeFileSync(join(docs, 'pictures', 'benchmarks.svg'), chart(rounded));
    writeFileSync(join(docs, 'benchmarks.md'), page({ measured: rounded, machine, json }));
  }
  await new Promise<void>((resolve) => process.stdout.write(`${json}\n`, () => resolve()));
  return 0;
}

interface Given {
  readonly only: string | undefined;
  readonly rounds: string | undefined;
  readonly write: boolean;
  readonly chosen: readonly Key[];
}

function problemWith({ only, rounds, write, chosen }: Given): string | undefined {
  const names = keys.map((key) => scenarios[key].name).join(', ');
  if (chosen.length === 0)
    return `--only: expected one of ${names}, got ${JSON.stringify(only)}; choose one, or leave it out for all`;
  if (rounds !== undefined && !/^[1-9]\d?$/.test(rounds))
    return `--rounds: expected a whole number from 1 to 99, got ${JSON.stringify(rounds)}; mend it and run again`;
  if (write && only !== undefined)
    return '--write: expected all scenarios, which the page holds, got --only; leave one of the two out';
  return undefined;
}

async function measureAll(chosen: readonly Key[], rounds: number | undefined): Promise<Partial<Measured>> {
  let open: Promise<Stage> | undefined;
  const stage = (): Promise<Stage> => {
    open ??= openStage();
    return open;
  };
  const measured: { -readonly [K in Key]?: Measured[K] } = {};
  const measureOne = async <K extends Key>(key: K): Promise<void> => {
    const scenario = scenarios[key];
    const result: Measured[K] = await scenario.measure(stage, rounds ?? scenario.rounds ?? 1);
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

/** Fractions of a microsecond tell nothing. */
function shortNumbers(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(3)) : value;
}

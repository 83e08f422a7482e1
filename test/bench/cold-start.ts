/**
 * How much longer a bundled function takes to start than an empty one: `node test/bench/cold-start.ts`.
 *
 * Each start is a new process that loads the file as Lambda does, by `require`, and reports how long that took since
 * the process began. The functions and the empty one take turns, so other load on the machine affects them alike;
 * medians are compared. What Lambda adds before Node starts is the same for all and is not measured.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleFunction } from '../../infra/bundling.ts';
import { functionFile } from '../../infra/function-entries.ts';

const functions = ['heartbeat-monitor', 'release-lock'] as const;

export interface StartedFunction {
  readonly name: string;
  /** The file that every start loads. */
  readonly bundleBytes: number;
  /** Median time from the start of the process until the handler is loaded. */
  readonly startMs: number;
  /** Difference to the empty function. */
  readonly overEmptyMs: number;
  /** The same in CPU time, which a busy machine does not stretch. */
  readonly overEmptyCpuMs: number;
  /** Files of the bundle that a start loads. */
  readonly loaded: readonly string[];
  /** Files of the bundle that are loaded only when needed. */
  readonly lazy: readonly string[];
}

export interface ColdStart {
  readonly emptyMs: number;
  readonly emptyCpuMs: number;
  readonly rounds: number;
  readonly functions: readonly StartedFunction[];
}

interface Start {
  readonly ms: number;
  readonly cpuMs: number;
  readonly loaded: readonly string[];
}

const start = promisify(execFile);
const emptyFunction = 'exports.handler = async () => {};\n';
const loader = `
const { handler } = require(process.argv[1]);
const ms = performance.now();
const { user, system } = process.cpuUsage();
const cpuMs = (user + system) / 1000;
if (typeof handler !== 'function') throw new Error('no handler');
const loaded = Object.keys(require.cache).map((file) => require('node:path').basename(file));
process.stdout.write(JSON.stringify({ ms, cpuMs, loaded }));
`;

export async function measureColdStart({ rounds }: { readonly rounds: number }): Promise<ColdStart> {
  const folder = await mkdtemp(join(tmpdir(), 'cold-start-'));
  try {
    const empty = join(folder, 'empty.js');
    await writeFile(empty, emptyFunction);
    for (const name of functions) await bundleFunction(name, join(folder, name));
    const files = [empty, ...functions.map((name) => join(folder, name, functionFile))];
    const starts = await takeTurns(files, rounds);
    const ofEmpty = medians(starts.get(empty) ?? []);
    const measured = functions.map((name) => describeStart(join(folder, name), name, { starts, ofEmpty }));
    const { ms: emptyMs, cpuMs: emptyCpuMs } = ofEmpty;
    return { emptyMs, emptyCpuMs, rounds, functions: await Promise.all(measured) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** An extra round comes first: it warms the file system's caches and is not counted. */
async function takeTurns(files: readonly string[], rounds: number): Promise<Map<string, Start[]>> {
  const starts = new Map<string, Start[]>(files.map((file) => [file, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const file of files) {
      const { stdout } = await start(process.execPath, ['--eval', loader, file]);
      if (round > 0) starts.get(file)?.push(JSON.parse(stdout));
    }
  }
  return starts;
}

async function describeStart(
  folder: string,
  name: string,
  { starts, ofEmpty }: { readonly starts: ReadonlyMap<string, readonly Start[]>; readonly ofEmpty: Medians },
): Promise<StartedFunction> {
  const file = join(folder, functionFile);
  const ofFunction = starts.get(file) ?? [];
  const { ms: startMs, cpuMs } = medians(ofFunction);
  const loaded = ofFunction[0]?.loaded ?? [];
  return {
    name,
    bundleBytes: (await stat(file)).size,
    startMs,
    overEmptyMs: startMs - ofEmpty.ms,
    overEmptyCpuMs: cpuMs - ofEmpty.cpuMs,
    loaded,
    lazy: (await readdir(folder)).filter((other) => !loaded.includes(other)).sort(),
  };
}

type Medians = Pick<Start, 'ms' | 'cpuMs'>;

function medians(starts: readonly Start[]): Medians {
  return { ms: median(starts.map(({ ms }) => ms)), cpuMs: median(starts.map(({ cpuMs }) => cpuMs)) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  const result = await measureColdStart({ rounds: 25 });
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
}

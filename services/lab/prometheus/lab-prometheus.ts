/**
 * A real Prometheus for the lab, with the project's own configuration, alerts and recording rules.
 *
 * Guarantees: it listens on loopback on a free port and writes only into its own directory, which is removed with it; see
 * `supervised-process.ts`. Its targets are those of the last `setTargets`: workers come and go, as they do in Cloud Map.
 */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../core/platform/clock.ts';
import { freePorts } from '../processes/free-ports.ts';
import { SupervisedProcess } from '../processes/supervised-process.ts';
import { scaleRules } from './scale-rules.ts';

export interface LabPrometheusOptions {
  /** The path of `prometheus`. */
  readonly executable: string;
  readonly clock: Clock;
  /** How many times faster than in production it scrapes and evaluates. */
  readonly speed: number;
}

export interface PrometheusTarget {
  /** Host and port of a sidecar. */
  readonly address: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface LabPrometheus {
  readonly url: string;
  /** The page of its alerts, which is not at the same address in every version. */
  readonly alertsUrl: string;
  /** Resolves when it has ended, even unasked. */
  readonly ended: Promise<void>;
  /** Cheap to repeat: only a change is written. */
  setTargets(targets: readonly PrometheusTarget[]): Promise<void>;
  stop(): Promise<void>;
}

const source = new URL('../../../infra/monitoring/', import.meta.url);
const configuration = 'prometheus.lab.yml';
const ruleFiles = ['alerts.yml', 'recording.yml'];
const targetsFile = 'targets.json';
const readyWithinMs = 20_000;
const readyEveryMs = 50;
const readyTimeoutMs = 2000;
/** Another program may take the free port before Prometheus listens on it. */
const triesMax = 3;

/** If Prometheus does not come up, throws with its last output. */
export async function startLabPrometheus(options: LabPrometheusOptions): Promise<LabPrometheus> {
  for (let tries = 1; ; tries += 1) {
    const started = await tryStart(options);
    if (!(started instanceof Error)) return started;
    if (tries >= triesMax || !/address already in use/.test(started.message)) throw started;
  }
}

async function tryStart({ executable, clock, speed }: LabPrometheusOptions): Promise<LabPrometheus | Error> {
  const directory = await mkdtemp(join(tmpdir(), 'staffprobot-prometheus-'));
  try {
    await writeFiles(directory, speed);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const child = new SupervisedProcess({
    executable,
    args: argsFor({ directory, port, url }),
    directory,
    clock,
  });
  if (!(await isReady(url, child, clock))) {
    await child.stop();
    return new Error(`prometheus did not come up; it said: ${child.lastLines.join(' | ')}`);
  }
  let written = Promise.resolve();
  let known = '';
  return {
    url,
    alertsUrl: await alertsPage(url),
    ended: child.ended,
    setTargets(targets) {
      const text = targetsText(targets);
      if (text === known) return written;
      known = text;
      // One write after another, so that the last call wins.
      written = written.then(() => (child.hasEnded ? undefined : writeTargets(directory, text)));
      return written;
    },
    stop: () => child.stop(),
  };
}

/** Writes everything that Prometheus reads beside its configuration. */
async function writeFiles(directory: string, speed: number): Promise<void> {
  for (const file of [configuration, ...ruleFiles]) {
    const text = await readFile(new URL(file, source), 'utf8');
    await writeFile(join(directory, file), scaleRules(text, speed));
  }
  await writeTargets(directory, targetsText([]));
}

function argsFor({ directory, port, url }: { directory: string; port: number; url: string }): string[] {
  return [
    `--config.file=${join(directory, configuration)}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    '--storage.tsdb.retention.time=1d',
    `--web.listen-address=127.0.0.1:${port}`,
    `--web.external-url=${url}`,
    // By default every page of the browser may read its answers; its own pages need no leave.
    `--web.cors.origin=${url.replaceAll('.', '\\.')}`,
    '--log.level=warn',
  ];
}

function targetsText(targets: readonly PrometheusTarget[]): string {
  return JSON.stringify(targets.map(({ address, labels = {} }) => ({ targets: [address], labels })));
}

/** In one step, so that Prometheus never reads half a file. */
async function writeTargets(directory: string, text: string): Promise<void> {
  const draft = join(directory, `${targetsFile}.new`);
  await writeFile(draft, text);
  await rename(draft, join(directory, targetsFile));
}

/** Debian builds Prometheus without its newer page, so it serves the old one alone, under `/classic`. */
async function alertsPage(url: string): Promise<string> {
  const { ok } = await fetch(`${url}/alerts`, { signal: AbortSignal.timeout(readyTimeoutMs) });
  return ok ? `${url}/alerts` : `${url}/classic/alerts`;
}

async function isReady(url: string, child: SupervisedProcess, clock: Clock): Promise<boolean> {
  const endMs = clock.monotonicMs() + readyWithinMs;
  while (!child.hasEnded && clock.monotonicMs() < endMs) {
    try {
      const { ok } = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(readyTimeoutMs) });
      if (ok) return true;
    } catch {
      // It does not listen yet.
    }
    await clock.sleep(readyEveryMs);
  }
  return false;
}

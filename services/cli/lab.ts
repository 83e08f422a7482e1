/**
 * `--lab`: the settings of the lab that runs on this machine, in place of one's own, so that a rehearsal cannot touch a
 * real bot.
 */
import { OpsRefusal } from '../core/ops/ops-ports.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import { UsageError } from './command-line.ts';

interface RunningLab {
  readonly url: string;
  readonly environment: Environment;
}

/** `npm start` takes the first free port from 8080 on. */
export const portsTried = Array.from({ length: 20 }, (_, index) => 8080 + index);
const answerTimeoutMs = 2000;

/** @throws OpsRefusal if no lab runs; UsageError if `LAB_PORT` is no port */
export async function findLab(environment: Environment): Promise<RunningLab> {
  const ports = portsOf(environment['LAB_PORT']);
  const found = await Promise.all(ports.map((port) => askLab(`http://127.0.0.1:${port}`)));
  const lab = found.find((one) => one !== undefined);
  if (lab === undefined) throw new OpsRefusal({ code: 'LAB_UNREACHABLE', message: noLab(ports) });
  if (lab === 'starting') {
    const message = '--lab: the lab is still starting: try again when it has printed "ready"';
    throw new OpsRefusal({ code: 'LAB_UNREACHABLE', message });
  }
  return lab;
}

function portsOf(given: string | undefined): readonly number[] {
  if (given === undefined || given === '' || given === '0') return portsTried;
  if (/^[1-9]\d{0,4}$/.test(given)) return [Number(given)];
  throw new UsageError(
    `LAB_PORT: expected the port of the lab’s page, got ${JSON.stringify(given.slice(0, 40))}`,
  );
}

function noLab(ports: readonly number[]): string {
  const where = ports.length === 1 ? `port ${ports[0]} (LAB_PORT)` : `ports ${ports[0]} to ${ports.at(-1)}`;
  return `--lab: expected a lab on ${where} of this machine, found none; start it with "npm start", or set LAB_PORT to the port of its page`;
}

/** Any other program may listen there. */
async function askLab(url: string): Promise<RunningLab | 'starting' | undefined> {
  try {
    const response = await fetch(`${url}/api/environment`, {
      signal: AbortSignal.timeout(answerTimeoutMs),
      redirect: 'error',
    });
    const answer: unknown = await response.json();
    if (!isObject(answer)) return undefined;
    if (response.status === 503 && answer['error'] === 'the lab is starting') return 'starting';
    const { environment } = answer;
    return isEnvironment(environment) ? { url, environment } : undefined;
  } catch {
    return undefined;
  }
}

function isEnvironment(value: unknown): value is Environment {
  if (!isObject(value) || typeof value['UPSTASH_REDIS_REST_URL'] !== 'string') return false;
  return Object.values(value).every((one) => typeof one === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

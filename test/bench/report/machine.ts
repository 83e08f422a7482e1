/** What the figures were measured on, and with which versions. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { findExecutable } from '../../../services/lab/processes/find-executable.ts';

const libraries = ['telegraf', 'grammy', '@grammyjs/runner', '@upstash/redis'] as const;

export interface Machine {
  readonly measuredOn: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** What the lab's Redis over REST stands in front of. */
  readonly store: 'redis-server' | 'embedded';
  readonly versions: Readonly<Record<string, string>>;
}

export function thisMachine(): Machine {
  const redisServer = findExecutable('redis-server', process.env['PATH'] ?? '');
  return {
    measuredOn: new Date(systemClock.wallMs()).toISOString().slice(0, 10),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    // Not the whole release: what it was built for is nobody's business.
    system: `${platform()} ${/^\d+\.\d+/.exec(release())?.[0] ?? ''}`.trim(),
    node: process.version,
    store: redisServer === undefined ? 'embedded' : 'redis-server',
    versions: Object.fromEntries(libraries.map((name) => [name, versionOf(name)])),
  };
}

function versionOf(library: string): string {
  const file = join(import.meta.dirname, '..', '..', '..', 'node_modules', library, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

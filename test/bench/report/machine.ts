/** The machine and the library versions behind the figures. */
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
  /** The store behind the lab's REST server. */
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
    // Only the version number: the rest of the release names the machine's provider.
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

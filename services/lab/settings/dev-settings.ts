/**
 * The settings of `npm run dev`: `.env` and the environment together, checked before anything is started.
 *
 * Guarantees: all problems at once, the worker's own and those of running it on a developer's machine.
 *
 * Tested by: test/lab/dev.test.ts
 */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { readSettings, type Settings } from '../../core/settings/settings.ts';
import type { SettingsResult } from '../../core/settings/shared-settings.ts';
import { misspeltVariables } from '../../core/settings/variable-names.ts';
import { type Environment, VariableReader } from '../../core/settings/variable-reader.ts';

export interface DevStore {
  readonly url: string;
  readonly token: string;
}

const tokenNames = ['TELEGRAM_BOT_TOKEN_OVERRIDE', 'TELEGRAM_BOT_TOKEN_DEV', 'TELEGRAM_BOT_TOKEN'] as const;
/** Replaces the embedded store's address and token, which are unknown before it runs. */
const placeholder: DevStore = { url: 'http://127.0.0.1', token: 'embedded' };

/** The worker's settings, those of the store apart: an embedded one has no address before it runs. */
export function readDevSettings(
  environment: Environment,
  { hasEnvFile }: { hasEnvFile: boolean },
): SettingsResult<Settings> {
  const reader = new VariableReader(environment);
  const hasToken = [...tokenNames, 'TELEGRAM_BOT_TOKEN_PROD'].some((name) => reader.text(name) !== undefined);
  if (!hasEnvFile && !hasToken) {
    reader.report('.env', {
      expected: 'a file with the settings of your development bot',
      got: 'no such file',
      fix: 'run "install -m 600 .env.example .env" and put the token of your own bot into TELEGRAM_BOT_TOKEN_DEV',
    });
    return { ok: false, problems: reader.problems };
  }
  if (reader.text('ENVIRONMENT') === 'production') {
    reader.report('ENVIRONMENT', {
      expected: 'development or staging for npm run dev',
      got: '"production"',
      fix: 'remove it; production runs services/bot/main.ts where it is deployed',
    });
    return { ok: false, problems: reader.problems };
  }
  if (!hasOwnStore(environment) && reader.text('UPSTASH_REDIS_REST_TOKEN') !== undefined) {
    reader.report('UPSTASH_REDIS_REST_URL', {
      expected: 'an address, because UPSTASH_REDIS_REST_TOKEN is set',
      got: 'nothing',
      fix: 'set both, or neither for an embedded store',
    });
  }
  const read = readSettings(hasOwnStore(environment) ? environment : withStore(environment, placeholder));
  if (read.ok && reader.problems.length === 0) return read;
  const problems = read.ok ? reader.problems : [...reader.problems, ...read.problems];
  // If all is right, the worker says the warnings.
  return { ok: false, problems: [...problems, ...misspeltVariables(environment)] };
}

/** Whether the developer has configured a store; if not, the embedded one is used. */
export function hasOwnStore(environment: Environment): boolean {
  return new VariableReader(environment).text('UPSTASH_REDIS_REST_URL') !== undefined;
}

export function withStore(environment: Environment, { url, token }: DevStore): Environment {
  return { ...environment, UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token };
}

/** The module that watch mode follows. */
export interface WatchedHandlers {
  /** The value of `BOT_HANDLERS`, and the file that it names. */
  readonly specifier: string;
  readonly entry: string;
}

/** Undefined without `--watch`; one line if the arguments are wrong. */
export function readWatch(
  words: readonly string[],
  environment: Environment,
): WatchedHandlers | string | undefined {
  const unknown = words.find((word) => word !== '--watch');
  if (unknown !== undefined) {
    return `arguments: expected nothing or --watch, got ${JSON.stringify(unknown.slice(0, 60))}; write it like: npm run dev -- --watch`;
  }
  if (words.length === 0) return undefined;
  const specifier = new VariableReader(environment).text('BOT_HANDLERS');
  const entry = watchedFile(specifier);
  if (specifier !== undefined && entry !== undefined) return { specifier, entry };
  const got = specifier === undefined ? 'nothing' : JSON.stringify(specifier.slice(0, 60));
  return `--watch: expected BOT_HANDLERS to name the file of your handlers, got ${got}; write it like: BOT_HANDLERS=./mine.ts npm run dev -- --watch`;
}

/** The file that `BOT_HANDLERS` names; undefined for a package: nobody works on it here. */
export function watchedFile(specifier: string | undefined): string | undefined {
  if (specifier === undefined) return undefined;
  const path = resolve(specifier);
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? path : undefined;
}

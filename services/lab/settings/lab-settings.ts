/**
 * The lab's settings: `LAB_PORT`, `--speed`, `--handlers`, and the few of the bot's own settings that are passed on to it.
 *
 * Everything else in the environment is left out: the lab has its own bot, store and accounts, and must never touch real
 * ones. A module of the user's own (`BOT_HANDLERS`) also finds its own variables, as it does elsewhere.
 */
import { parseArgs } from 'node:util';
import { type HandlersMode, handlersModes } from '../../core/settings/queue-settings.ts';
import type { SettingsResult } from '../../core/settings/shared-settings.ts';
import { isKnownVariable } from '../../core/settings/variable-names.ts';
import { type Environment, VariableReader } from '../../core/settings/variable-reader.ts';

export interface LabSettings {
  /** The page takes the first that is free. 0: any free port. */
  readonly ports: readonly [number, ...number[]];
  /** How many times faster than in production the monitor, the heartbeat and the lease run. */
  readonly speed: number;
  /** Where handlers run: in the worker that polls, or in consumers of the updates queue. */
  readonly handlers: HandlersMode;
  /** Passed to every child process beside its own settings. */
  readonly childEnvironment: Readonly<Record<string, string>>;
  /** The bot's settings that a newcomer may want to try, and the variables of a module of their own. */
  readonly botEnvironment: Readonly<Record<string, string>>;
  /** The PATH to search for programs. */
  readonly searchPath: string;
}

/** Tried in order without `LAB_PORT`; `npx staffprobot --lab` looks there. */
export const labPortsDefault = [8080, ...Array.from({ length: 19 }, (_, index) => 8081 + index)] as const;
export const speedMax = 60;
const portMax = 65_535;

const childNames = ['PATH', 'HOME', 'TZ', 'LANG', 'TMPDIR'] as const;
const botNames = ['BOT_HANDLERS', 'NOTIFY_LOCALE', 'LOG_LEVEL'] as const;

export function readLabSettings(
  environment: Environment,
  words: readonly string[],
): SettingsResult<LabSettings> {
  const reader = new VariableReader(environment);
  const ports = readPorts(reader);
  const read = readArguments(words);
  const problems = [...reader.problems, ...(read.ok ? [] : read.problems)];
  if (problems.length > 0 || !read.ok) return { ok: false, problems };
  const settings = {
    ports,
    ...read.settings,
    childEnvironment: picked(reader, childNames),
    botEnvironment: {
      ...(reader.text('BOT_HANDLERS') === undefined ? {} : handlersVariables(environment)),
      ...picked(reader, botNames),
    },
    searchPath: reader.text('PATH') ?? '',
  };
  return { ok: true, settings, warnings: [] };
}

function readPorts(reader: VariableReader): LabSettings['ports'] {
  const value = reader.text('LAB_PORT');
  if (value === undefined) return labPortsDefault;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (port <= portMax) return [port];
  reader.report('LAB_PORT', {
    expected: `one port, a whole number from 1 to ${portMax} (or 0 for any free one)`,
    got: JSON.stringify(value.slice(0, 60)),
    fix: `set such a number, or leave it out for the first free one from ${labPortsDefault[0]} on`,
  });
  return labPortsDefault;
}

function readArguments(words: readonly string[]): SettingsResult<Pick<LabSettings, 'speed' | 'handlers'>> {
  let given: { readonly speed?: string; readonly handlers?: string };
  try {
    const options = { speed: { type: 'string' }, handlers: { type: 'string' } } as const;
    given = parseArgs({ args: [...words], options }).values;
  } catch {
    const got = shown(words.join(' '));
    const problem = `arguments: expected nothing, --speed with a number, or --handlers with a mode, got ${got}; ${fixes.speed}`;
    return { ok: false, problems: [problem] };
  }
  const { speed: wantedSpeed = '1', handlers: wantedMode = 'inline' } = given;
  const speed = /^\d{1,3}$/.test(wantedSpeed) ? Number(wantedSpeed) : Number.NaN;
  const handlers = handlersModes.find((mode) => mode === wantedMode);
  const problems: string[] = [];
  if (!(speed >= 1 && speed <= speedMax)) {
    const expected = `a whole number from 1 to ${speedMax}`;
    problems.push(`--speed: expected ${expected}, got ${shown(wantedSpeed)}; ${fixes.speed}`);
  }
  if (handlers === undefined) {
    const expected = handlersModes.join(' or ');
    problems.push(`--handlers: expected ${expected}, got ${shown(wantedMode)}; ${fixes.handlers}`);
  }
  if (problems.length > 0 || handlers === undefined) return { ok: false, problems };
  return { ok: true, settings: { speed, handlers }, warnings: [] };
}

const fixes = {
  speed: 'write it like: npm start -- --speed 10',
  handlers: 'write it like: npm start -- --handlers queue',
};

function shown(value: string): string {
  return JSON.stringify(value.slice(0, 60));
}

/** Of the bot, of its platform, and of the machine's tools. */
const foreign = /^(?:AWS_|CDK_|ECS_|LAB_|NODE_|NPM_|TELEGRAM_|UPSTASH_|HTTPS?_PROXY$|NO_PROXY$|ALL_PROXY$)/i;

/** What is neither the bot's nor the platform's may be the module's. */
function handlersVariables(environment: Environment): Record<string, string> {
  const others = Object.entries(environment).filter(
    ([name]) => !isKnownVariable(name) && !foreign.test(name),
  );
  return Object.fromEntries(others.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function picked(reader: VariableReader, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = reader.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

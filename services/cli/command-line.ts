/** Parses the arguments strictly: refuses an option that the command does not have, instead of ignoring it. */
import { parseArgs } from 'node:util';
import { cutText } from '../core/platform/foreign-text.ts';

const optionTypes = {
  json: 'boolean',
  help: 'boolean',
  quiet: 'boolean',
  yes: 'boolean',
  force: 'boolean',
  'drop-updates': 'boolean',
  all: 'boolean',
  unread: 'boolean',
  'mark-read': 'boolean',
  complete: 'boolean',
  watch: 'boolean',
  function: 'string',
  reason: 'string',
  as: 'string',
  wait: 'string',
  count: 'string',
} as const;

export type OptionName = keyof typeof optionTypes;

const everywhere = ['json', 'help', 'quiet'] as const satisfies readonly OptionName[];
const functionOption = ['function'] as const satisfies readonly OptionName[];
const action = [...functionOption, 'reason', 'as', 'yes', 'wait'] as const satisfies readonly OptionName[];

/** Which options each command has, and how many words may follow it. */
export const commands = {
  status: { options: [...functionOption, 'watch'], words: 0 },
  doctor: { options: functionOption, words: 0 },
  'release-lock': { options: [...action, 'force'], words: 0 },
  'drop-updates': { options: action, words: 0 },
  restart: { options: action, words: 0 },
  recover: { options: [...action, 'force', 'drop-updates'], words: 0 },
  snooze: { options: action, words: 1 },
  inbox: { options: ['unread', 'mark-read', 'count'], words: 20 },
  dead: { options: ['all', 'as', 'reason'], words: 1000 },
  unbind: { options: ['as', 'reason', 'yes'], words: 0 },
  audit: { options: ['count'], words: 0 },
  'check-env': { options: ['complete'], words: 0 },
} as const satisfies Readonly<Record<string, { options: readonly OptionName[]; words: number }>>;

export type CommandName = keyof typeof commands;

export interface Invocation {
  readonly command: CommandName;
  readonly words: readonly string[];
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  has(option: OptionName): boolean;
  text(option: OptionName): string | undefined;
  /** @throws UsageError */
  integer(option: OptionName, range: { default: number; min: number; max: number }): number;
}

export type CommandLine =
  | { readonly kind: 'run'; readonly invocation: Invocation }
  | { readonly kind: 'help'; readonly command: CommandName | undefined };

/** A wrong command, option or argument. */
export class UsageError extends Error {
  readonly code = 'USAGE';

  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** @throws UsageError */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parsed(args);
  const [name, ...words] = positionals;
  const command = commandNames.find((known) => known === name);
  if (name === 'help') return { kind: 'help', command: commandNames.find((known) => known === words[0]) };
  if (name === undefined && (values.help === true || args.length === 0)) {
    return { kind: 'help', command: undefined };
  }
  if (command === undefined) {
    const got = name === undefined ? 'none' : shown(name);
    throw new UsageError(`expected a command (${commandNames.join(', ')}), got ${got}`);
  }
  if (values.help === true) return { kind: 'help', command };
  const { options, words: wordsMax } = commands[command];
  const allowed: readonly string[] = [...everywhere, ...options];
  const unknown = Object.keys(values).find((option) => !allowed.includes(option));
  if (unknown !== undefined) throw new UsageError(`${command} has no option --${unknown}`);
  const extra = words[wordsMax];
  if (extra !== undefined) throw new UsageError(`${command} takes no argument ${shown(extra)}`);
  return { kind: 'run', invocation: invocation(command, words, values) };
}

const commandNames = Object.keys(commands) as CommandName[];

type Values = Readonly<Partial<Record<OptionName, string | boolean>>>;

function parsed(args: readonly string[]): { values: Values; positionals: readonly string[] } {
  const entries = Object.entries(optionTypes).map(([name, type]) => [name, { type }] as const);
  try {
    const options = Object.fromEntries(entries);
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The first sentence only: Node goes on about arguments that begin with a dash.
    throw new UsageError(message.split('. ')[0] ?? message);
  }
}

/** What was typed, cut and in quotes. */
export function shown(word: string): string {
  return JSON.stringify(cutText(word, 40));
}

function invocation(command: CommandName, words: readonly string[], values: Values): Invocation {
  const text = (option: OptionName): string | undefined => {
    const value = values[option];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    command,
    words,
    isJson: values.json === true,
    isQuiet: values.quiet === true,
    has: (option) => values[option] === true,
    text,
    integer(option, range) {
      const value = text(option);
      if (value === undefined) return range.default;
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= range.min && number <= range.max) return number;
      const expected = `a whole number from ${range.min} to ${range.max}`;
      throw new UsageError(`--${option}: expected ${expected}, got ${shown(value)}`);
    },
  };
}

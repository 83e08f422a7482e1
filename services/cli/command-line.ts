/** Parses the arguments strictly: refuses an option that the command does not have, instead of ignoring it. */
import { parseArgs } from 'node:util';
import { cutText } from '../core/platform/foreign-text.ts';
import { likelyName } from '../core/platform/nearest-name.ts';
import {
  type CommandName,
  commandNames,
  everywhere,
  formOf,
  type OptionName,
  optionTypes,
} from './commands.ts';

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
  | { readonly kind: 'help'; readonly command: CommandName | undefined }
  | { readonly kind: 'version' };

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
  if (name === 'help') return { kind: 'help', command: words[0] === undefined ? undefined : known(words[0]) };
  if (name === undefined) {
    if (values.version === true) return { kind: 'version' };
    if (values.help === true || args.length === 0) return { kind: 'help', command: undefined };
    throw new UsageError(`expected a command (${commandNames.join(', ')}), got none`);
  }
  const command = known(name);
  if (values.help === true) return { kind: 'help', command };
  const unknown = Object.keys(values).find((option) => !optionsOf(command).includes(option));
  if (unknown !== undefined) throw unknownOption(command, `--${unknown}`);
  const extra = words[formOf(command).words];
  if (extra !== undefined) throw new UsageError(`${command} takes no argument ${shown(extra)}`);
  return { kind: 'run', invocation: invocation(command, words, values) };
}

/** @throws UsageError */
function known(name: string): CommandName {
  const command = commandNames.find((one) => one === name);
  if (command !== undefined) return command;
  const meant = didYouMean(name, commandNames);
  throw new UsageError(`expected a command (${commandNames.join(', ')}), got ${shown(name)}${meant}`);
}

function optionsOf(command: CommandName): readonly string[] {
  return [...everywhere, ...formOf(command).options];
}

function unknownOption(command: CommandName | undefined, given: string): UsageError {
  const options = command === undefined ? Object.keys(optionTypes) : optionsOf(command);
  const meant = didYouMean(
    given,
    options.map((name) => `--${name}`),
  );
  const problem = command === undefined ? `there is no option ${given}` : `${command} has no option ${given}`;
  return new UsageError(`${problem}${meant}`);
}

function didYouMean(text: string, names: readonly string[]): string {
  const name = likelyName(cutText(text, nameLengthMax), names);
  return name === undefined ? '' : `; did you mean ${name}?`;
}

/** A pasted text is not compared in full. */
const nameLengthMax = 40;

type Values = Readonly<Partial<Record<OptionName, string | boolean>>>;

function parsed(args: readonly string[]): { values: Values; positionals: readonly string[] } {
  const entries = Object.entries(optionTypes).map(([name, type]) => [name, { type }] as const);
  const options = { ...Object.fromEntries(entries), help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, unknown] = /^Unknown option '(--?[^']+)'/.exec(message) ?? [];
    if (unknown !== undefined) {
      const command = commandNames.find((name) => args.includes(name));
      throw unknownOption(command, cutText(unknown, nameLengthMax));
    }
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

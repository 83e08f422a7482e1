/**
 * The log as people read it: on a terminal one short line for each entry, elsewhere the JSON lines as they are.
 *
 * A line has the time, the part, the level if it is not the usual one, the message, and what it is about. Under an error
 * stand the places in the developer's own code. Colours follow `NO_COLOR`, then `FORCE_COLOR`, then `TERM`.
 *
 * Guarantees: text of others cannot send codes to the terminal or begin a line of its own.
 */
import { styleText } from 'node:util';
import { oneLine } from '../core/platform/foreign-text.ts';
import type { LogFields } from '../core/platform/logger.ts';
import type { Environment } from '../core/settings/variable-reader.ts';

export interface LogStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface ReadableEntry {
  readonly atMs: number;
  readonly level: string;
  /** The program or process that wrote it. */
  readonly part: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** What a logger writes its JSON lines with. */
export function logWriter(stream: LogStream, environment: Environment): (line: string) => void {
  if (stream.isTTY !== true) return (line) => void stream.write(line);
  const style = styleFor(environment);
  return (line) => void stream.write(`${readableLine(entryOf(line), style)}\n`);
}

type Format = Parameters<typeof styleText>[0];
/** Paints a text, or leaves it as it is. */
export type Style = (format: Format, text: string) => string;

export function styleFor({ NO_COLOR, FORCE_COLOR, TERM }: Environment): Style {
  const isWanted = isSet(FORCE_COLOR) ? FORCE_COLOR !== '0' : TERM !== 'dumb';
  if (isSet(NO_COLOR) || !isWanted) return (_format, text) => text;
  return (format, text) => styleText(format, text, { validateStream: false });
}

const partWidth = 9;
const partMax = 24;
const messageMax = 500;
const valueMax = 80;
const placesShown = 3;
const levelFormats: Readonly<Record<string, Format>> = { error: 'red', warn: 'yellow', debug: 'gray' };

export function readableLine({ atMs, level, part, message, fields }: ReadableEntry, style: Style): string {
  const { error, ...others } = fields;
  const format = levelFormats[level];
  const words = [
    style('dim', new Date(atMs).toTimeString().slice(0, 8)),
    style('cyan', oneLine(part, partMax).padEnd(partWidth)),
    ...(format === undefined ? [] : [style(format, level)]),
    format === undefined ? oneLine(message, messageMax) : style(format, oneLine(message, messageMax)),
    ...(error === undefined ? [] : [style('red', errorText(error))]),
    ...Object.entries(others).map(([name, value]) =>
      style('dim', `${oneLine(name, partMax)}=${valueText(value)}`),
    ),
  ];
  const places = placesOf(error).map((place) => `\n${style('dim', `    at ${oneLine(place, messageMax)}`)}`);
  return words.join(' ') + places.join('');
}

function entryOf(line: string): ReadableEntry {
  const written = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const { ts, level, service, message, pid: _, ...fields } = written;
  return {
    atMs: Date.parse(String(ts)),
    level: String(level),
    part: String(service ?? ''),
    message: String(message),
    fields,
  };
}

function errorText(error: unknown): string {
  const { name, message, cause } = asObject(error);
  const text = message === undefined ? String(error) : `${String(name)}: ${String(message)}`;
  const reason = asObject(cause)['message'];
  return oneLine(reason === undefined ? text : `${text} (${String(reason)})`, messageMax);
}

/** The nearest frames of the stack outside of Node and of packages. */
function placesOf(error: unknown): readonly string[] {
  const frames = String(asObject(error)['stack'] ?? '').matchAll(/^ +at (.*)$/gm);
  return [...frames]
    .map(([, frame = '']) => frame)
    .filter((frame) => !/node:|node_modules/.test(frame))
    .slice(0, placesShown);
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const shown = oneLine(String(text), valueMax);
  return typeof value === 'string' && /[\s=]/.test(shown) ? `"${shown}"` : shown;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/**
 * Writes JSON lines to stdout. Redacts every text and key in a line before it becomes JSON, so no secret leaks from an
 * error that a library built, and every line is JSON. What would reorder or hide text in a terminal is escaped.
 *
 * The field `error`, whatever was thrown, and any `Error` in the fields become what `error-description.ts` says of
 * them. Logging never throws: values that JSON cannot hold are described in words.
 */
import { inspect } from 'node:util';
import type { Clock } from '../core/platform/clock.ts';
import { visible } from '../core/platform/foreign-text.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { Redact } from '../core/platform/redaction.ts';
import { type LogLevel, logLevels } from '../core/settings/shared-settings.ts';
import { describeError } from './error-description.ts';

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly redact: Redact;
  readonly clock: Clock;
  /** Added to every line, such as the service's name. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly write?: (line: string) => void;
}

export function createLogger(options: LoggerOptions): Logger {
  const { level, redact, clock, fields: common } = options;
  const write = options.write ?? ((line) => process.stdout.write(line));
  const log = (lineLevel: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    if (logLevels.indexOf(lineLevel) < logLevels.indexOf(level)) return;
    const ts = new Date(clock.wallMs()).toISOString();
    const line = asJson({ ts, level: lineLevel, ...common, message, ...fields }, redact);
    write(`${visible(line)}\n`);
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function asJson(line: Readonly<Record<string, unknown>>, redact: Redact): string {
  const fields = 'error' in line ? { ...line, error: describeError(line['error'], redact) } : line;
  try {
    return JSON.stringify(fields, (_key, value: unknown) => plain(value, redact));
  } catch {
    const described = Object.entries(fields).map(([name, value]) => [
      redact(name),
      redact(typeof value === 'string' ? value : inspect(value, { depth: 1, customInspect: false })),
    ]);
    return JSON.stringify(Object.fromEntries(described));
  }
}

function plain(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error) return describeError(value, redact);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [redact(name), each]));
}

/**
 * Writes JSON lines to stdout. Redacts the whole line, so no secret leaks from an error that a library built.
 *
 * An `Error` in the fields becomes its name, message, code, stack and chain of causes. Logging never throws: values
 * that JSON cannot hold are described in words.
 */
import { inspect } from 'node:util';
import type { Clock } from '../core/platform/clock.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { Redact } from '../core/platform/redaction.ts';
import { type LogLevel, logLevels } from '../core/settings/settings.ts';

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly redact: Redact;
  readonly clock: Clock;
  /** Added to every line, such as the service's name. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly write?: (line: string) => void;
}

const causesMax = 5;

export function createLogger(options: LoggerOptions): Logger {
  const { level, redact, clock, fields: common } = options;
  const write = options.write ?? ((line) => process.stdout.write(line));
  const log = (lineLevel: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    if (logLevels.indexOf(lineLevel) < logLevels.indexOf(level)) return;
    const ts = new Date(clock.wallMs()).toISOString();
    const line = asJson({ ts, level: lineLevel, ...common, message, ...fields });
    write(`${redact(line)}\n`);
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function asJson(line: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(line, plain);
  } catch {
    const described = Object.entries(line).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : inspect(value, { depth: 1 }),
    ]);
    return JSON.stringify(Object.fromEntries(described));
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? plainError(value, causesMax) : value;
}

function plainError(error: Error, causesLeft: number): Record<string, unknown> {
  const code = 'code' in error ? { code: error.code } : {};
  const cause =
    error.cause instanceof Error && causesLeft > 0 ? { cause: plainError(error.cause, causesLeft - 1) } : {};
  return { name: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}

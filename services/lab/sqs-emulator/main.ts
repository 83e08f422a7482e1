/**
 * The lab's SQS queue as a process of its own: an updates queue and its dead-letter queue, for `HANDLERS=queue`.
 *
 *     node services/lab/sqs-emulator/main.ts --port P [--latency-ms N]
 *
 * Prints `ready <UPDATES_QUEUE_URL>` once it serves; any credentials will do. `--port 0`, the default, takes a free port,
 * and `--latency-ms` delays each answer. A busy port and a wrong argument give one line and exit code 78. SIGTERM and SIGINT
 * end it with exit code 0, and what it holds is forgotten.
 */
import { parseArgs } from 'node:util';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { systemRandom as random } from '../../adapters/system-random.ts';
import { exitCodes } from '../../core/platform/exit-codes.ts';
import { startSqsEmulator } from './sqs-emulator.ts';

function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(exitCodes.configuration);
}

interface Options {
  readonly port: number;
  readonly answerAfterMs: number;
}

function readOptions(): Options {
  const text = { type: 'string', default: '0' } as const;
  const { values } = parseArgs({ options: { port: text, 'latency-ms': text } });
  const integer = (name: keyof typeof values, max: number): number => {
    const value = values[name];
    if (/^\d+$/.test(value) && Number(value) <= max) return Number(value);
    const got = JSON.stringify(value.slice(0, 60));
    throw new TypeError(`--${name}: expected an integer from 0 to ${max}, got ${got}`);
  };
  return { port: integer('port', 65_535), answerAfterMs: integer('latency-ms', 60_000) };
}

function optionsOrFail(): Options {
  try {
    return readOptions();
  } catch (error) {
    // parseArgs explains itself over several sentences; the first one names the argument.
    return fail(error instanceof Error ? (error.message.split(/\. |\n/)[0] ?? '') : String(error));
  }
}

function describe(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `--port: ${port} is in use; choose another, or 0 for a free one`;
  if (code === 'EACCES')
    return `--port: ${port} needs privileges; choose one above 1023, or 0 for a free one`;
  return `cannot listen on port ${port}: ${error instanceof Error ? error.message : String(error)}`;
}

const options = optionsOrFail();
const emulator = await startSqsEmulator({ ...options, clock, random }).catch((error: unknown) =>
  fail(describe(error, options.port)),
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void emulator.close().then(() => process.exit(exitCodes.cleanStop)));
}
process.stdout.write(`ready ${emulator.queueUrl}\n`);

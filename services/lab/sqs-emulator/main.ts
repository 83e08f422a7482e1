/**
 * The lab's SQS queue as a process of its own: an updates queue and its dead-letter queue, for `HANDLERS=queue`.
 *
 *     node services/lab/sqs-emulator/main.ts --port P
 *
 * Prints `ready <UPDATES_QUEUE_URL>` once it serves; any credentials will do. `--port 0`, the default, takes a free port. A
 * busy port and a wrong argument give one line and exit code 78. SIGTERM and SIGINT end it with exit code 0, and what it
 * holds is forgotten.
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

function readPort(): number {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
  if (/^\d+$/.test(values.port) && Number(values.port) <= 65_535) return Number(values.port);
  throw new TypeError(
    `--port: expected an integer from 0 to 65535, got ${JSON.stringify(values.port.slice(0, 60))}`,
  );
}

function portOrFail(): number {
  try {
    return readPort();
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

const port = portOrFail();
const emulator = await startSqsEmulator({ port, clock, random }).catch((error: unknown) =>
  fail(describe(error, port)),
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void emulator.close().then(() => process.exit(exitCodes.cleanStop)));
}
process.stdout.write(`ready ${emulator.queueUrl}\n`);

/**
 * The lab's Bot API server as a process of its own.
 *
 *     node services/lab/telegram-emulator/main.ts --port P [--host H] [--latency-ms N]
 *
 * Prints `ready <url>` once it serves. `--port 0`, the default, takes a free port. A busy port and a wrong argument give
 * one line and exit code 78. SIGTERM and SIGINT end it with exit code 0.
 *
 * Any token of the form `<digits>:<secret>` is a bot. Beside the Bot API itself:
 *
 * - `POST /emulator/updates {token, update | updates:[…]}` answers `{ok, result:[update_id | null]}`: null for one
 *   that allowed_updates filters out or that finds the queue full. A given `update_id` is kept.
 * - `POST /emulator/files?token=…&kind=…[&name=…]` with a file as its body keeps a file that a person sends, and answers
 *   `{ok, result}` with the fields of a message that carries it: `{photo: […]}`, `{document: {…}}`, …
 * - `POST /emulator/faults {token?, method?, chatId?, kind, retryAfter?, delayMs?, times?}` sets a fault on calls.
 *   Kinds: `429` (retryAfter seconds), `500`, `502-html`, `401`, `404-token`, `409`, `403-blocked`,
 *   `400-chat-not-found`, `truncated`, `lose-answer`, `hang`, `reset`, `delay` (delayMs), and `none` to clear;
 *   `faults.ts` says what each does. Without `times` a fault stays until it is cleared.
 * - `POST /emulator/people {token, act, user, …}`: somebody reacts, votes, pays, asks to come in; see `people-acts.ts`.
 * - `GET /emulator/state?token=…` shows a bot's pending and confirmed updates, sent messages, open polls and
 *   conflicts; the fields are in `state.ts`.
 * - `GET /emulator/events` streams what happens (SSE).
 *
 * A call of a method that it does not know is one line on the standard error.
 */
import { parseArgs } from 'node:util';
import { exitCodes } from '../../core/platform/exit-codes.ts';
import { type EmulatorOptions, startTelegramEmulator } from './server.ts';
import { onUnknownMethod } from './unknown-methods.ts';

function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(exitCodes.configuration);
}

function readOptions(): EmulatorOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      'latency-ms': { type: 'string', default: '0' },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new TypeError(`--port: expected an integer from 0 to 65535, got ${JSON.stringify(values.port)}`);
  }
  const latencyMs = Number(values['latency-ms']);
  if (values['latency-ms'] === '' || !Number.isFinite(latencyMs) || latencyMs < 0) {
    const got = JSON.stringify(values['latency-ms']);
    throw new TypeError(`--latency-ms: expected a number of milliseconds, got ${got}`);
  }
  return { port, host: values.host, latencyMs };
}

function describe(error: unknown, { host, port }: EmulatorOptions): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `--port: ${port} is in use; choose another, or 0 for a free one`;
  if (code === 'EACCES')
    return `--port: ${port} needs privileges; choose one above 1023, or 0 for a free one`;
  return `cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`;
}

function optionsOrFail(): EmulatorOptions {
  try {
    return readOptions();
  } catch (error) {
    // parseArgs explains itself over several sentences; the first one names the argument.
    return fail(error instanceof Error ? (error.message.split(/\. |\n/)[0] ?? '') : String(error));
  }
}

const options = optionsOrFail();
const emulator = await startTelegramEmulator(options).catch((error: unknown) =>
  fail(describe(error, options)),
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void emulator.close().then(() => process.exit(exitCodes.cleanStop)));
}
onUnknownMethod(emulator, (line) => process.stderr.write(`${line}\n`));
process.stdout.write(`ready ${emulator.url}\n`);

/** Runs a container's health command here, against a server that answers as the test wishes. */
import { execFile } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { healthCheckScript, healthPath } from '../../../services/bot/contract.ts';

const scriptFolder = join(import.meta.dirname, '../../../services/bot');

/** What the container answers; undefined: nobody listens; `silent`: it accepts the connection and says nothing. */
export type HealthAnswer = number | 'silent' | undefined;

/** The command's exit code. */
export async function runHealthCommand(
  [kind, program = '', script = '', ...rest]: readonly string[],
  answer: HealthAnswer,
): Promise<number | null> {
  if (kind !== 'CMD' || script !== healthCheckScript || rest.length !== 1) {
    throw new Error(`unknown command: ${[kind, program, script, ...rest].join(' ')}`);
  }
  const server = createServer(({ url }, response) => respond(response, url === healthPath ? answer : 404));
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  if (answer === undefined) server.close();
  // The port is the container's own: here another one stands for it.
  const args = [join(scriptFolder, script), String(port)];
  const code = await new Promise<number | null>((resolve) => {
    const child = execFile(program, args, () => resolve(child.exitCode));
  });
  server.close();
  server.closeAllConnections();
  return code;
}

function respond(response: ServerResponse, answer: HealthAnswer): void {
  if (typeof answer === 'number') response.writeHead(answer).end('{"role":"leader"}\n');
}

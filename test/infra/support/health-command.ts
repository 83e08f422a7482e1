/** Runs a container's health command here, against a server that answers as the test wishes. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';

/** The command's exit code; `status` undefined: nobody listens. */
export async function runHealthCommand(
  command: readonly string[],
  status: number | undefined,
): Promise<number | null> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status ?? 500).end();
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  if (status === undefined) server.close();
  const [kind, program, ...args] = command;
  if (kind !== 'CMD' || program !== 'node') throw new Error(`unknown kind of command: ${command.join(' ')}`);
  // The port is the container's own: here another one stands for it.
  const moved = args.map((arg) => arg.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`));
  const code = await new Promise<number | null>((resolve) => {
    const child = execFile(process.execPath, moved, () => resolve(child.exitCode));
  });
  server.close();
  if (status !== undefined && asked.join() !== '/healthz') throw new Error(`asked for ${asked.join()}`);
  return code;
}

/** Waiting for what other processes do: by asking again, with what they printed in the error when it never comes. */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const askAgainMs = 50;
const limitMs = 45_000;

export async function waitFor(
  what: string,
  output: () => string,
  holds: () => Promise<boolean>,
): Promise<void> {
  const attemptsMax = limitMs / askAgainMs;
  let last: unknown;
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    await sleep(askAgainMs);
  }
  throw new Error(`waited in vain: ${what}\n${output()}`, { cause: last });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

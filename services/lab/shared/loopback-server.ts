/**
 * What the lab's HTTP servers have in common: they listen on the loopback address alone, and read bounded bodies.
 *
 * Tested by: test/lab/redis-rest/rest-refusals.test.ts
 */
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const loopback = '127.0.0.1';

export interface LoopbackServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Closes every connection, even those of open requests. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts listening; port 0 takes a free one. Rejects with the server's own error (`EADDRINUSE`, `EACCES`) if it cannot
 * listen.
 */
export async function listenOnLoopback(
  server: Server,
  port: number,
  host: string = loopback,
): Promise<LoopbackServer> {
  server.listen(port, host);
  await once(server, 'listening');
  const { port: boundPort } = server.address() as AddressInfo;
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  return {
    url: `http://${host}:${boundPort}`,
    port: boundPort,
    async close() {
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Undefined if the body is larger than `bytesMax`. A body that is too large is still read to its end: only then does
 * the client see the answer.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= bytesMax) chunks.push(chunk);
  }
  return bytes > bytesMax ? undefined : Buffer.concat(chunks);
}

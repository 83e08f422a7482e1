/**
 * An HTTP server for metrics and health, whose memory a client cannot exhaust: by many connections, by many requests on
 * one, by large headers, or by asking and reading slowly.
 *
 * Guarantees: one request of a connection is in work at a time. Whoever sends the next one before the answer (HTTP
 * pipelining) is cut off: Node would parse thousands from a few packets and keep an answer for each. Scrapers keep their
 * connection and ask again after the answer, as ever. A server that listens on loopback alone is closed to pages of other
 * sites.
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { isLoopbackName } from './loopback-name.ts';
import { keepNewestConnections } from './newest-connections.ts';

/** Time limit for a whole request, and for an idle connection. */
const requestTimeoutMs = 5000;
/** Node looks for overdue requests this often. */
const overdueCheckMs = 1000;
/** Cut off a client that reads nothing after this long, or twice that: the kernel buffers some of the answer. */
const idleTimeoutMs = 5000;
const headerBytesMax = 8 * 1024;

export interface BoundedServerOptions {
  /** Where the newest connection replaces the oldest. */
  readonly connectionsMax: number;
  /** Where it will listen. On loopback, it answers under no other name. */
  readonly host: string;
}

export function boundedServer(
  listener: RequestListener,
  { connectionsMax, host }: BoundedServerOptions,
): Server {
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      keepAliveTimeout: requestTimeoutMs,
      connectionsCheckingInterval: overdueCheckMs,
      maxHeaderSize: headerBytesMax,
    },
    oneAtATime(isLoopbackName(host) ? forLoopbackAlone(listener) : listener),
  );
  server.setTimeout(idleTimeoutMs);
  keepNewestConnections(server, connectionsMax);
  return server;
}

/** Without a name there is no page of another site: browsers send one. */
function forLoopbackAlone(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (isLoopbackName(request.headers.host ?? 'localhost')) return listener(request, response);
    response.writeHead(421, { connection: 'close', 'content-length': 0 }).end();
  };
}

function oneAtATime(listener: RequestListener): RequestListener {
  const busy = new WeakSet<Socket>();
  return (request, response) => {
    const { socket } = request;
    if (busy.has(socket)) {
      socket.destroy();
      return;
    }
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
    listener(request, response);
  };
}

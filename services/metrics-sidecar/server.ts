/**
 * The HTTP server that Prometheus scrapes: the bot's series from the watch, then the sidecar's own.
 *
 * Guarantees: answers at once, from memory, whatever the bot does; a bad request (malformed, slow, never read) ends
 * its own connection and disturbs no other; connections, and so memory, are bounded.
 * `/healthz` is 200 while the sidecar serves. It needs no token, and tells nothing about the bot: `bot_up` does.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { boundedServer } from '../adapters/http/bounded-server.ts';
import { negotiate } from './accept.ts';
import { mayScrape } from './bearer.ts';
import type { BotWatch } from './bot-watch.ts';
import { sidecarPaths } from './contract.ts';
import { renderExposition } from './exposition.ts';
import type { OwnMetrics } from './own-metrics.ts';

export interface SidecarServerOptions {
  readonly host: string;
  readonly port: number;
  readonly watch: Pick<BotWatch, 'view'>;
  readonly own: OwnMetrics;
  /** Required as `Authorization: Bearer …`; undefined lets everyone scrape. */
  readonly bearerToken?: string | undefined;
  readonly onError: (error: unknown) => void;
}

/** About 30 KB each while an answer is being sent; a task's limit on open files is 1,024. */
const connectionsMax = 256;

export async function startSidecarServer(options: SidecarServerOptions): Promise<Server> {
  const listener: RequestListener = (request, response) => void answer(request, response, options);
  const server = boundedServer(listener, { connectionsMax, host: options.host });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port, options.host, resolve);
  await promise;
  server.off('error', reject);
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: SidecarServerOptions,
): Promise<void> {
  try {
    await route(request, response, options);
  } catch (error) {
    options.onError(error);
    if (!response.headersSent) refuse(response, 500);
    else response.destroy();
  }
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  { watch, own, bearerToken }: SidecarServerOptions,
): Promise<void> {
  const { method, url = '', headers } = request;
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, { allow: 'GET, HEAD' });
  const path = pathOf(url);
  if (path === sidecarPaths.health) {
    return send(response, { contentType: 'application/json', body: '{"ok":true}\n' });
  }
  if (path !== sidecarPaths.metrics) return refuse(response, 404);
  if (!mayScrape(headers.authorization, bearerToken)) {
    return refuse(response, 401, { 'www-authenticate': 'Bearer' });
  }
  const { format, contentType } = negotiate(headers.accept);
  const view = await watch.view();
  const body = renderExposition([...view.families, ...(await own.families(view))], format);
  send(response, { contentType, body });
}

/** Accepts a path, or a whole URL as a proxy sends it. */
function pathOf(url: string): string | undefined {
  if (url.startsWith('/')) return url.split('?', 1)[0];
  return URL.canParse(url) ? new URL(url).pathname : undefined;
}

function send(response: ServerResponse, { contentType, body }: { contentType: string; body: string }): void {
  response.writeHead(200, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    vary: 'accept, authorization',
  });
  response.end(body);
}

/** Does not wait for the rest of the request. */
function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'content-length': 0, connection: 'close' }).end();
}

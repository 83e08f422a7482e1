/**
 * Serves `/metrics` and `/healthz` on loopback, and nothing else.
 *
 * Concurrent scrapes share one rendering: after a pause of this process (SIGSTOP) many may be waiting.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Health } from '../../core/platform/status-paths.ts';
import { healthPath, metricsPath } from '../../core/platform/status-paths.ts';
import { boundedServer } from './bounded-server.ts';

interface StatusServerOptions {
  readonly port: number;
  readonly registry: Registry;
  readonly health: () => Health;
}

const host = '127.0.0.1';
/** The sidecar, a health check, and somebody who looks. */
const connectionsMax = 32;

/** Resolves once it listens; rejects with Node's EADDRINUSE if the port is taken. */
export async function startStatusServer({ port, registry, health }: StatusServerOptions): Promise<Server> {
  let rendering: Promise<string> | undefined;
  const render = (): Promise<string> => {
    rendering ??= registry.metrics().finally(() => {
      rendering = undefined;
    });
    return rendering;
  };
  const pages: Record<string, Page | undefined> = {
    [metricsPath]: async () => ({ status: 200, contentType: registry.contentType, body: await render() }),
    [healthPath]: async () => {
      const { healthy, body } = health();
      const contentType = 'application/json';
      return { status: healthy ? 200 : 503, contentType, body: `${JSON.stringify(body)}\n` };
    },
  };
  const server = boundedServer((request, response) => void answer(request, response, pages), {
    connectionsMax,
    host,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  await promise;
  server.off('error', reject);
  return server;
}

type Page = () => Promise<{ status: number; contentType: string; body: string }>;

async function answer(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  pages: Readonly<Record<string, Page | undefined>>,
): Promise<void> {
  const path = url.split('?', 1)[0] ?? '';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (method !== 'GET' && method !== 'HEAD') return end(response, 405);
  if (page === undefined) return end(response, 404);
  try {
    const { status, contentType, body } = await page();
    response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  } catch {
    // A metric that cannot be read must not end the worker. The failed scrape shows in Prometheus.
    end(response, 500);
  }
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close', 'content-length': 0 }).end();
}

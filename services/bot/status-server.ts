/**
 * `/metrics` and `/healthz` on loopback. Everything else is 404; nothing else of the process is reachable.
 */
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import { healthPath, metricsPath } from './contract.ts';
import type { Health } from './worker-state.ts';

const host = '127.0.0.1';

/** Resolves once it listens; rejects with Node's EADDRINUSE when the port is taken. */
export async function startStatusServer(options: {
  port: number;
  registry: Registry;
  health: () => Health;
}): Promise<Server> {
  const { port, registry, health } = options;
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0];
    if (path === metricsPath) {
      response.setHeader('content-type', registry.contentType);
      response.end(await registry.metrics());
    } else if (path === healthPath) {
      const { healthy, body } = health();
      response.writeHead(healthy ? 200 : 503, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify(body)}\n`);
    } else {
      response.writeHead(404).end();
    }
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  await promise;
  return server;
}

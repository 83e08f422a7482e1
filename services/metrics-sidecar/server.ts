/**
 * The address that Prometheus scrapes: the bot's series as the watch sees them, then the sidecar's own.
 *
 * Its `/healthz` is 200 while it serves: it speaks for the sidecar, `bot_up` speaks for the bot.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { BotView, BotWatch } from './bot-watch.ts';
import { sidecarMetricNames as names, sidecarProcessPrefix } from './contract.ts';

/** Slow and silent clients are cut off, so that they cannot pile up. */
const requestTimeoutMs = 5000;
const connectionsMax = 100;

export async function startSidecarServer(options: {
  host: string;
  port: number;
  watch: BotWatch;
}): Promise<Server> {
  const { host, port, watch } = options;
  const own = ownMetrics();
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs },
    (request, response) => {
      const path = request.url?.split('?')[0];
      if (request.method !== 'GET' && request.method !== 'HEAD')
        response.writeHead(405, { allow: 'GET, HEAD' }).end();
      else if (path === '/metrics') void serveMetrics(response, watch, own);
      else if (path === '/healthz')
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}\n');
      else response.writeHead(404).end();
    },
  );
  server.maxConnections = connectionsMax;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  await promise;
  return server;
}

interface OwnMetrics {
  readonly registry: Registry;
  update(view: BotView): void;
}

async function serveMetrics(response: ServerResponse, watch: BotWatch, own: OwnMetrics): Promise<void> {
  const view = await watch.view();
  own.update(view);
  response.setHeader('content-type', own.registry.contentType);
  response.end(`${view.text}${await own.registry.metrics()}`);
}

function ownMetrics(): OwnMetrics {
  const registry = new Registry();
  const registers = [registry];
  const help = 'Whether the bot in this task answers: 1 yes, 0 no';
  const botUp = new Gauge({ name: names.botUp, help, registers });
  const seenHelp = 'When the bot last answered the sidecar';
  const lastSeen = new Gauge({ name: names.botLastSeen, help: seenHelp, registers });
  lastSeen.remove();
  collectDefaultMetrics({ register: registry, prefix: sidecarProcessPrefix });
  for (const kind of ['handles', 'requests', 'resources']) {
    registry.removeSingleMetric(`${sidecarProcessPrefix}nodejs_active_${kind}_total`);
  }
  return {
    registry,
    update: ({ up, lastSeenSeconds }) => {
      botUp.set(up ? 1 : 0);
      if (lastSeenSeconds !== undefined) lastSeen.set(lastSeenSeconds);
    },
  };
}

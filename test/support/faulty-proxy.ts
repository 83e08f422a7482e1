/** An HTTP server in front of the store or Telegram that treats single requests as a test says. */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type Treatment =
  | 'forward'
  /** The store's own words for a request that is too big. */
  | 'refuse'
  /** Never answered, never forwarded. */
  | 'hang'
  /** Not forwarded; the connection breaks. */
  | 'lose the request'
  /** Forwarded and carried out; the connection breaks instead of the answer. */
  | 'lose the answer';

export interface ProxiedRequest {
  readonly url: string;
  readonly body: string;
}

export interface FaultyProxy {
  readonly url: string;
  /** How each request so far was treated. */
  readonly treated: readonly Treatment[];
  stop(): Promise<void>;
}

export async function faultyProxy(
  target: string,
  treat: (request: ProxiedRequest) => Treatment | Promise<Treatment>,
): Promise<FaultyProxy> {
  const treated: Treatment[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    const treatment = await treat({ url: request.url ?? '', body: body.toString('utf8') });
    treated.push(treatment);
    if (treatment === 'refuse') {
      response.writeHead(400).end('{"error":"ERR max request size exceeded. Limit: 1048576 bytes"}');
    } else if (treatment === 'lose the request') response.destroy();
    else if (treatment !== 'hang') forward(target, { request, response, body, treatment });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    treated,
    async stop() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly treatment: Treatment;
}

function forward(target: string, { request, response, body, treatment }: Exchange): void {
  const { method = 'GET', url = '' } = request;
  // The lab's servers answer 403 to any other host.
  const headers = { ...request.headers, host: new URL(target).host };
  const forwarded = httpRequest(`${target}${url}`, { method, headers }, (answer) => {
    if (treatment === 'lose the answer') {
      answer.resume().on('end', () => response.destroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
  });
  forwarded.on('error', () => response.destroy());
  response.on('close', () => forwarded.destroy());
  forwarded.end(body);
}

/** A small forward proxy on loopback: absolute-form requests and CONNECT, to hosts that only it can resolve. */
import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface HttpProxy {
  readonly url: string;
  /** Each host that was asked for, as `<host>:<port>`. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** @param hosts where `<host>:<port>` really is; any other is answered 502 */
export async function httpProxy(hosts: Readonly<Record<string, string>>): Promise<HttpProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const find = (host: string): URL | undefined => {
    asked.push(host);
    const target = hosts[host];
    return target === undefined ? undefined : new URL(target);
  };
  const server = createServer((request, response) => {
    const { hostname, port, pathname, search } = new URL(request.url ?? '');
    const target = find(`${hostname}:${port || 80}`);
    if (target === undefined) return void response.writeHead(502).end();
    const { method = 'GET', headers } = request;
    const options = { host: target.hostname, port: target.port, path: pathname + search, method, headers };
    const forwarded = httpRequest({ ...options, headers: { ...headers, host: target.host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  });
  server.on('connect', (request, client: Socket) => {
    const target = find(request.url ?? '');
    if (target === undefined) return void client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const upstream = connect(Number(target.port), target.hostname, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async stop() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}

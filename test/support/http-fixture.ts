/** An HTTP server on loopback that answers as a test says; it stops after each test of the file that uses it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach } from 'vitest';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface HttpFixture {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** How to answer from now on; 404 until a test says so. */
  answer: Answer;
}

/** Call once per file, outside of tests. */
export function httpFixture(): HttpFixture {
  const requests: ReceivedRequest[] = [];
  const notFound: Answer = (_request, response) => response.writeHead(404).end();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      fixture.answer(request, response);
    });
  });
  const fixture = {
    url: '',
    requests,
    answer: notFound,
  };
  beforeEach(async () => {
    requests.length = 0;
    fixture.answer = notFound;
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    fixture.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    server.closeAllConnections();
    await promise;
  });
  return fixture;
}

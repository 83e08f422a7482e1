/** A gateway before a REST store that refuses what is too big, as some of Upstash's plans do, and measures the rest. */
import { createServer } from 'node:http';
import { listenOnLoopback, readBody } from '../../services/lab/shared/loopback-server.ts';

export interface SizeLimitedStore extends AsyncDisposable {
  readonly url: string;
  /** Bytes of the biggest request and answer so far, refused ones included. */
  readonly biggest: { request: number; answer: number };
  /** How many were refused. */
  readonly refused: () => number;
}

const readMax = 50_000_000;

export async function startSizeLimitedStore(
  storeUrl: string,
  bytesMax = 1_000_000,
): Promise<SizeLimitedStore> {
  const biggest = { request: 0, answer: 0 };
  let refused = 0;
  const server = createServer(async (request, response) => {
    const refuse = (what: string): void => {
      refused++;
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: `ERR max ${what} size exceeded. Limit: ${bytesMax} bytes` }));
    };
    try {
      const body = String((await readBody(request, readMax)) ?? '');
      biggest.request = Math.max(biggest.request, Buffer.byteLength(body));
      if (Buffer.byteLength(body) > bytesMax) return refuse('request');
      const { authorization = '', 'upstash-encoding': encoding = '' } = request.headers;
      const headers = { authorization, 'upstash-encoding': String(encoding) };
      const answer = await fetch(new URL(request.url ?? '/', storeUrl), { method: 'POST', headers, body });
      const text = await answer.text();
      biggest.answer = Math.max(biggest.answer, Buffer.byteLength(text));
      if (Buffer.byteLength(text) > bytesMax) return refuse('response');
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(text);
    } catch {
      response.destroy();
    }
  });
  const { url, close } = await listenOnLoopback(server, 0);
  return { url, biggest, refused: () => refused, [Symbol.asyncDispose]: close };
}

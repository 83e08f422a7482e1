/**
 * The control room's web server, on loopback: the page, its event stream, and its JSON API.
 *
 * Opens before the lab starts, so that a busy port is reported first. Until the lab is ready the API answers 503.
 *
 * Tested by: test/lab/lab.test.ts
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Lab } from '../lab.ts';
import { findCall } from './api.ts';
import { sendFile as sendChatFile } from './chat-media.ts';
import { pageHeaders, refusalOf } from './guard.ts';
import { LiveView } from './live-view.ts';
import { readPageFiles } from './page-files.ts';

export interface ControlRoom {
  readonly url: string;
  show(lab: Lab): void;
  close(): Promise<void>;
}

const host = '127.0.0.1';
const bodyBytesMax = 64 * 1024;
/** Files come in their JSON as base64. */
const mediaBytesMax = 72 * 2 ** 20;

/** On the first free one of these ports. @throws Node's `EADDRINUSE` or `EACCES` if there is none */
export async function openControlRoom(port: number, ...others: readonly number[]): Promise<ControlRoom> {
  const [next, ...rest] = others;
  try {
    return await openOn(port);
  } catch (error) {
    const isBusy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!isBusy || next === undefined) throw error;
    return openControlRoom(next, ...rest);
  }
}

async function openOn(port: number): Promise<ControlRoom> {
  const room = new Room();
  const server = createServer((request, response) => {
    room.handle(request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { ok: false, error: message });
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    show: (lab) => room.show(lab),
    async close() {
      await room.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

class Room {
  private readonly files = readPageFiles();
  private lab: Lab | undefined;
  private view: LiveView | undefined;

  show(lab: Lab): void {
    this.lab = lab;
    this.view = new LiveView(lab);
  }

  async close(): Promise<void> {
    await this.view?.close();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const { pathname: path = '/', searchParams } = URL.parse(request.url ?? '/', 'http://room') ?? {};
    for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
    const refusal = refusalOf(request);
    if (refusal !== undefined)
      return sendJson(response, refusal.status, { ok: false, error: refusal.message });
    if (!path.startsWith('/api/')) return this.sendFile(method, path, response);
    const { lab, view } = this;
    if (lab === undefined || view === undefined) {
      return sendJson(response, 503, { ok: false, error: 'the lab is starting' });
    }
    if (method === 'GET' && path === '/api/events') return view.connect(response);
    if (method === 'GET' && path === '/api/chat/file') {
      return sendChatFile(lab.conversations, searchParams?.get('id') ?? '', response);
    }
    const call = findCall(method, path);
    if (call === undefined) return sendJson(response, 404, { ok: false, error: 'no such call' });
    const bytesMax = path === '/api/chat/media' ? mediaBytesMax : bodyBytesMax;
    const body = method === 'GET' ? {} : await readJson(request, bytesMax);
    if (body === undefined) return sendJson(response, 400, { ok: false, error: 'expected a JSON object' });
    const { status, body: answer } = await call(lab, body);
    sendJson(response, status, answer);
  }

  private sendFile(method: string, path: string, response: ServerResponse): void {
    const file = this.files.get(path);
    if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else if (file === undefined) response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
    else {
      response.writeHead(200, { 'content-type': file.contentType, 'cache-control': 'no-cache' });
      response.end(file.content);
    }
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** Undefined for anything but a JSON object within the size limit. */
async function readJson(
  request: IncomingMessage,
  bytesMax: number,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= bytesMax) chunks.push(chunk);
  }
  if (bytes > bytesMax) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

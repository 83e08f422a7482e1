/**
 * An HTTP server that speaks Upstash's REST API in front of any `Backend`.
 *
 * Guarantees: a body is bounded; every malformed request is answered, and none brings the server down; commands that wait
 * are refused; a wrong token is answered with 401 whatever was asked. Beside the API itself:
 * `POST /emulator/faults {token, kind, times?}` sets a fault for one client (`faults.ts`).
 *
 * Does not do: TLS, read-only tokens, the sync token, rate limits.
 * Source: https://upstash.com/docs/redis/features/restapi
 *
 * Tested by: test/lab/redis-rest/rest-http.test.ts
 */

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { guardedServer } from '../shared/guarded-server.ts';
import { listenOnLoopback, readBody } from '../shared/loopback-server.ts';
import type { Backend, Topic } from './backend.ts';
import { readFaultRequest } from './fault-request.ts';
import { Faults } from './faults.ts';
import { forbiddenCommand } from './forbidden-commands.ts';
import { type Encoding, resultObject } from './rest-encoding.ts';
import { BadRequestError, type RestRequest, readRestRequest, tokenParameter } from './rest-request.ts';
import { type Bytes, textOfBytes } from './store/bytes.ts';
import { RedisError, type Reply } from './store/reply.ts';

export interface RestServerOptions {
  readonly backend: Backend;
  /** Each token is a client that faults can name. */
  readonly tokens: readonly string[];
  /** 0: any free port. */
  readonly port: number;
  readonly bodyBytesMax?: number;
}

export interface RestServer {
  readonly url: string;
  readonly faults: Faults;
  /** Cuts all connections; does not close the backend. */
  stop(): Promise<void>;
}

const bodyBytesMaxDefault = 10 * 1024 * 1024;

/** Throws Node's `EADDRINUSE` or `EACCES` if the port is not available. */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const handler = new RestHandler(options);
  const server = guardedServer((request, response) => {
    handler.handle(request, response).catch(() => response.destroy());
  });
  const { url, close } = await listenOnLoopback(server, options.port);
  return { url, faults: handler.faults, stop: close };
}

interface Client {
  readonly token: string;
  readonly encoding: Encoding;
}

class RestHandler {
  readonly faults = new Faults();
  private readonly options: RestServerOptions;
  private readonly streams = new Map<ServerResponse, string>();

  constructor(options: RestServerOptions) {
    this.options = options;
    this.faults.onChange((token, kind) => {
      if (kind !== 'refuse') return;
      for (const [response, owner] of this.streams) if (owner === token) response.destroy();
    });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/';
    const body = await readBody(request, this.options.bodyBytesMax ?? bodyBytesMaxDefault);
    const token = this.authenticate(request.headers.authorization, target);
    if (token === undefined) return send(response, 401, { error: 'WRONGPASS invalid or missing auth token' });
    if (body === undefined) return send(response, 413, { error: 'ERR max request size exceeded' });
    const method = request.method ?? 'GET';
    if (!['GET', 'HEAD', 'POST', 'PUT'].includes(method)) {
      return send(response, 405, { error: 'ERR HTTP method is not allowed: use GET, HEAD, POST or PUT' });
    }
    try {
      if (target.startsWith('/emulator/')) return this.control(method, target, body, response);
      const client: Client = {
        token,
        encoding: request.headers['upstash-encoding'] === 'base64' ? 'base64' : 'plain',
      };
      const asked = readRestRequest({ method, target, body });
      await this.answerUnlessCut(client, asked, response);
    } catch (error) {
      if (error instanceof BadRequestError) return send(response, 400, { error: error.message });
      send(response, 503, { error: 'ERR the store cannot be reached' });
    }
  }

  private async answerUnlessCut(client: Client, asked: RestRequest, response: ServerResponse): Promise<void> {
    const fault = this.faults.take(client.token);
    if (fault === 'hang') return;
    if (fault === 'refuse') {
      response.destroy();
      return;
    }
    if (asked.kind === 'listen') return this.stream(asked.topic, client, response);
    const { status, content } = await this.run(asked, client.encoding);
    if (fault === 'lose-answer') response.destroy();
    else send(response, status, content);
  }

  private async run(
    asked: Exclude<RestRequest, { kind: 'listen' }>,
    encoding: Encoding,
  ): Promise<{ status: number; content: unknown }> {
    if (asked.kind === 'command') {
      const content = resultObject(await this.execute(asked.command), encoding);
      return { status: 'error' in content ? 400 : 200, content };
    }
    if (asked.kind === 'pipeline') {
      const replies = await Promise.all(asked.commands.map((command) => this.execute(command)));
      return { status: 200, content: replies.map((reply) => resultObject(reply, encoding)) };
    }
    const refusal = asked.commands.map(forbiddenCommand).find((text) => text !== undefined);
    const replies =
      refusal === undefined ? await this.options.backend.transact(asked.commands) : new RedisError(refusal);
    if (replies instanceof RedisError) return { status: 400, content: resultObject(replies, encoding) };
    return { status: 200, content: replies.map((reply) => resultObject(reply, encoding)) };
  }

  private async execute(command: readonly Bytes[]): Promise<Reply> {
    const refusal = forbiddenCommand(command);
    return refusal === undefined ? this.options.backend.execute(command) : new RedisError(refusal);
  }

  private stream(topic: Topic, { token }: Client, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.flushHeaders();
    this.streams.set(response, token);
    const stop = this.options.backend.listen(topic, {
      onEvent: (event) => {
        if (this.faults.current(token) === 'hang') return;
        const lines = textOfBytes(event).split('\n');
        response.write(`${lines.map((line) => `data: ${line}\n`).join('')}\n`);
      },
      onEnd: () => response.end(),
    });
    response.once('close', () => {
      this.streams.delete(response);
      stop();
    });
  }

  private control(method: string, target: string, body: Buffer, response: ServerResponse): void {
    if (method !== 'POST' || target.split('?')[0] !== '/emulator/faults') {
      send(response, 404, { error: 'ERR only POST /emulator/faults is here' });
      return;
    }
    const { token, fault } = readFaultRequest(body, this.options.tokens);
    this.faults.set(token, fault);
    send(response, 200, { result: 'OK' });
  }

  /** The client's token; undefined if it is not one of ours. */
  private authenticate(header: string | undefined, target: string): string | undefined {
    const bearer = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
    const query = target.includes('?') ? target.slice(target.indexOf('?')) : '';
    const offered = bearer ?? new URLSearchParams(query).get(tokenParameter) ?? '';
    return this.options.tokens.find((token) => sameText(token, offered));
  }
}

function send(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(content));
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

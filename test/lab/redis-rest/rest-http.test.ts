/** The REST server as plain HTTP: forms of a request, what is refused and how, and streams. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { embeddedBackend } from '../../../services/lab/redis-rest/embedded-backend.ts';
import { createEmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import { startRestServer } from '../../../services/lab/redis-rest/rest-server.ts';
import { realTool } from '../../support/real-tools.ts';
import { type RedisRest, type StoreKind, startRedisRest } from '../../support/redis-backends.ts';

describe('the REST API on the embedded store', () => suite('embedded'));
describe.skipIf(realTool('redis-server') === undefined)('the REST API on a real Redis', () =>
  suite('redis-server'),
);

interface Call {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly token?: string | null;
}

function suite(store: StoreKind): void {
  let rest: RedisRest;
  beforeAll(async () => {
    rest = await startRedisRest({ store, tokens: ['first-token', 'second-token'] });
  });
  afterAll(() => rest.stop());
  beforeEach(() => call('/', { body: '["FLUSHALL"]' }));

  async function call(path: string, { method, body, headers = {}, token = rest.token }: Call = {}) {
    const answer = await fetch(rest.url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: token === null ? headers : { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, json: (await answer.json()) as unknown };
  }
  const post = (json: unknown, path = '/') => call(path, { body: JSON.stringify(json) });

  it('takes a command as a JSON array', async () => {
    expect(await post(['SET', 'k', 'v'])).toEqual({ status: 200, json: { result: 'OK' } });
    expect(await post(['GET', 'k'])).toEqual({ status: 200, json: { result: 'v' } });
    expect(await post(['GET', 'none'])).toEqual({ status: 200, json: { result: null } });
    expect(await post(['INCR', 'n'])).toEqual({ status: 200, json: { result: 1 } });
  });

  it('takes numbers as they are written, and booleans', async () => {
    await call('/', { body: '["RPUSH", "l", 1, 1.50, 12345678901234567890, true, -0]' });
    expect(await post(['LRANGE', 'l', 0, -1])).toEqual({
      status: 200,
      json: { result: ['1', '1.50', '12345678901234567890', 'true', '-0'] },
    });
  });

  it('takes a command in the path, with the body as the next argument and the query as the last ones', async () => {
    expect(await call('/set/k/v')).toEqual({ status: 200, json: { result: 'OK' } });
    expect(await call('/get/k')).toEqual({ status: 200, json: { result: 'v' } });
    expect(await call('/set/a%2Fb%20%D1%8F/%D0%B7?EX=100&NX')).toEqual({
      status: 200,
      json: { result: 'OK' },
    });
    expect(await post(['GET', 'a/b я'])).toEqual({ status: 200, json: { result: 'з' } });
    expect(await post(['TTL', 'a/b я'])).toMatchObject({ status: 200 });
    expect(await call('/set/body?EX=100', { body: '{"as": "it is"}' })).toMatchObject({ status: 200 });
    expect(await call('/get/body')).toEqual({ status: 200, json: { result: '{"as": "it is"}' } });
    expect((await call('/ttl/body')).json).not.toEqual({ result: -1 });
    expect(await call('/set/put', { method: 'PUT', body: 'x' })).toMatchObject({ status: 200 });
  });

  it('answers a command error with 400 and its text', async () => {
    await post(['LPUSH', 'l', 'a']);
    expect(await post(['GET', 'l'])).toEqual({
      status: 400,
      json: { error: 'WRONGTYPE Operation against a key holding the wrong kind of value' },
    });
    expect(await post(['GET'])).toEqual({
      status: 400,
      json: { error: "ERR wrong number of arguments for 'get' command" },
    });
  });

  it('runs a pipeline, answering each command on its own', async () => {
    expect(
      await post(
        [
          ['SET', 'k', 'v'],
          ['INCR', 'k'],
          ['GET', 'k'],
          ['BLPOP', 'l', 1],
        ],
        '/pipeline',
      ),
    ).toEqual({
      status: 200,
      json: [
        { result: 'OK' },
        { error: 'ERR value is not an integer or out of range' },
        { result: 'v' },
        { error: "ERR Command is not available: 'BLPOP'" },
      ],
    });
  });

  it('runs a transaction whole or not at all', async () => {
    expect(
      await post(
        [
          ['SET', 'k', 'v'],
          ['INCR', 'k'],
          ['GET', 'k'],
        ],
        '/multi-exec',
      ),
    ).toEqual({
      status: 200,
      json: [{ result: 'OK' }, { error: 'ERR value is not an integer or out of range' }, { result: 'v' }],
    });
    expect(await post([['SET', 'k', 'changed'], ['NOPE']], '/multi-exec')).toEqual({
      status: 400,
      json: { error: 'EXECABORT Transaction discarded because of previous errors.' },
    });
    expect(await post([['SET', 'k', 'changed'], ['EXEC']], '/multi-exec')).toEqual({
      status: 400,
      json: { error: "ERR Command is not available: 'EXEC'" },
    });
    expect(await post(['GET', 'k'])).toEqual({ status: 200, json: { result: 'v' } });
  });

  it('encodes every string but the reply OK when asked to', async () => {
    const headers = { 'upstash-encoding': 'base64' };
    const encoded = (command: unknown, path = '/') => call(path, { body: JSON.stringify(command), headers });
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    expect((await encoded(['SET', 'k', 'привет'])).json).toEqual({ result: 'OK' });
    expect((await encoded(['GET', 'k'])).json).toEqual({ result: base64('привет') });
    expect((await encoded(['SET', 'k', 'OK'])).json).toEqual({ result: 'OK' });
    expect((await encoded(['GET', 'k'])).json).toEqual({ result: base64('OK') });
    expect((await encoded(['INCR', 'n'])).json).toEqual({ result: 1 });
    expect((await encoded(['GET', 'none'])).json).toEqual({ result: null });
    expect((await encoded(['EVAL', "return {'я', 1, {'b', false}}", 0])).json).toEqual({
      result: [base64('я'), 1, [base64('b'), null]],
    });
    expect((await encoded(['EVAL', 'return "\\255\\0"', 0])).json).toEqual({ result: '/wA=' });
    expect((await encoded(['INCR', 'k'])).json).toEqual({
      error: 'ERR value is not an integer or out of range',
    });
    expect((await encoded([['SET', 'k', 'v'], ['GET', 'k'], ['NOPE']], '/pipeline')).json).toEqual([
      { result: 'OK' },
      { result: base64('v') },
      { error: "ERR unknown command 'NOPE', with args beginning with: " },
    ]);
  });

  it('takes the token in the header or in the query, and no other', async () => {
    expect(await call('/ping', { token: 'second-token' })).toMatchObject({ status: 200 });
    expect(await call('/ping?_token=second-token', { token: null })).toEqual({
      status: 200,
      json: { result: 'PONG' },
    });
    const refused = { status: 401, json: { error: expect.stringMatching(/^WRONGPASS /) } };
    for (const token of [null, 'wrong', 'first-toke', 'first-token ']) {
      expect(await call('/ping', { token }), String(token)).toEqual(
        token === 'first-token ' ? { status: 200, json: { result: 'PONG' } } : refused,
      );
    }
    expect(await call('/ping?_token=wrong', { token: null })).toEqual(refused);
    expect(await call('/emulator/faults', { token: 'wrong', body: '{}' })).toEqual(refused);
    expect(await call('/ping', { method: 'DELETE', token: null })).toEqual(refused);
  });

  it.each([
    ['BLPOP', ['blpop', 'l', '0']],
    ['XREAD with BLOCK', ['XREAD', 'BLOCK', '0', 'STREAMS', 's', '$']],
    ['SUBSCRIBE', ['SUBSCRIBE', 'c']],
    ['MULTI', ['MULTI']],
    ['SELECT', ['SELECT', '1']],
    ['SHUTDOWN', ['SHUTDOWN']],
    ['CONFIG', ['CONFIG', 'SET', 'dir', '/']],
    ['MONITOR', ['MONITOR']],
  ])('refuses %s', async (_name, command) => {
    expect(await post(command)).toEqual({
      status: 400,
      json: { error: `ERR Command is not available: '${command[0]}'` },
    });
  });

  it.each([
    ['no body', '', /^ERR empty command$/],
    ['an empty array', '[]', /^ERR empty command$/],
    ['an object', '{"a":1}', /expected JSON array/],
    ['half a JSON', '["GET"', /expected JSON array/],
    ['text', 'GET k', /expected JSON array/],
    ['null', 'null', /expected JSON array/],
    ['a null argument', '["GET", null]', /^ERR null args are not supported$/],
    ['a nested array', '["GET", ["k"]]', /expected only strings/],
    ['an empty name', '[""]', /^ERR unknown command ''/],
  ])('answers %s with 400', async (_name, body, message) => {
    expect(await call('/', { method: 'POST', body })).toEqual({
      status: 400,
      json: { error: expect.stringMatching(message) },
    });
  });

  it.each([
    ['/pipeline', '["GET", "k"]'],
    ['/pipeline', '[]'],
    ['/pipeline', '[[]]'],
    ['/pipeline', '{}'],
    ['/multi-exec', '[["GET", null]]'],
    ['/multi-exec', 'x'],
    ['/get/%E0%A4%A', '["x"]'],
    ['/subscribe', ''],
    ['/nope/a', ''],
  ])('answers a malformed %s with 400: %s', async (path, body) => {
    expect(await call(path, { method: 'POST', body })).toEqual({
      status: 400,
      json: { error: expect.stringMatching(/^ERR /) },
    });
  });

  it.each(['DELETE', 'PATCH', 'OPTIONS'])('answers %s with 405', async (method) => {
    expect((await call('/ping', { method })).status).toBe(405);
  });

  it('survives what is no HTTP at all', async () => {
    const { port } = new URL(rest.url);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('rubbish\r\n\r\n'));
      socket.on('data', (piece) => {
        text += String(piece);
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect((await call('/ping')).status).toBe(200);
  });

  it('survives a client that leaves in the middle of a request', async () => {
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${rest.url}/`, { method: 'POST', headers: { 'content-length': '100' } });
      request.on('error', () => resolve());
      request.write('["GET"', () => request.destroy());
    });
    expect((await call('/ping')).status).toBe(200);
  });

  it('streams channels, patterns and the monitor', async () => {
    const topics = {
      '/subscribe/a/b': 'subscribe,b,2',
      '/psubscribe/a*': 'psubscribe,a*,1',
      '/monitor': 'OK',
    };
    const streams = await Promise.all(Object.keys(topics).map((path) => openStream(rest, path)));
    await Promise.all(
      Object.values(topics).map((greeting, index) =>
        streams[index]?.until((text) => text.includes(`data: ${greeting}\n`)),
      ),
    );
    expect(await post(['PUBLISH', 'a', 'привет'])).toEqual({ status: 200, json: { result: 2 } });
    await streams[0]?.until((text) => text.includes('data: message,a,привет\n\n'));
    await streams[1]?.until((text) => text.includes('data: pmessage,a*,a,привет\n\n'));
    await streams[2]?.until((text) => /data: \d+\.\d{6} \[0 .+\] "PUBLISH" "a" "\\xd0/.test(text));
    await Promise.all(streams.map((stream) => stream.close()));
  });
}

describe('a REST server', () => {
  it('refuses a body over its limit and goes on', async () => {
    const store = await createEmbeddedStore({ nowMs: () => 0 });
    const backend = embeddedBackend(store);
    const server = await startRestServer({ backend, tokens: ['t'], port: 0, bodyBytesMax: 1000 });
    const send = (length: number) =>
      fetch(server.url, {
        method: 'POST',
        headers: { authorization: 'Bearer t' },
        body: JSON.stringify(['SET', 'k', 'x'.repeat(length)]),
      });
    expect((await send(2000)).status).toBe(413);
    expect((await send(200_000)).status).toBe(413);
    expect((await send(20)).status).toBe(200);
    await server.stop();
  });

  it('answers 503 when the store cannot be reached', async () => {
    const server = await startRestServer({
      tokens: ['t'],
      port: 0,
      backend: {
        execute: () => Promise.reject(new Error('secret details')),
        transact: () => Promise.reject(new Error('secret details')),
        listen: (_topic, listener) => {
          listener.onEnd();
          return () => undefined;
        },
        close: async () => undefined,
      },
    });
    for (const path of ['/ping', '/pipeline?_token=t', '/multi-exec?_token=t']) {
      const answer = await fetch(server.url + path, {
        method: 'POST',
        headers: { authorization: 'Bearer t' },
        body: '[["PING"]]',
      });
      expect([answer.status, await answer.text()]).toEqual([
        503,
        '{"error":"ERR the store cannot be reached"}',
      ]);
    }
    await server.stop();
  });

  it('reports a port in use', async () => {
    const store = await createEmbeddedStore({ nowMs: () => 0 });
    const first = await startRestServer({ backend: embeddedBackend(store), tokens: ['t'], port: 0 });
    const port = Number(new URL(first.url).port);
    await expect(
      startRestServer({ backend: embeddedBackend(store), tokens: ['t'], port }),
    ).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await first.stop();
  });
});

interface OpenStream {
  until(fits: (text: string) => boolean): Promise<void>;
  close(): Promise<void>;
}

async function openStream(rest: RedisRest, path: string): Promise<OpenStream> {
  const abort = new AbortController();
  const answer = await fetch(rest.url + path, {
    headers: { authorization: `Bearer ${rest.token}` },
    signal: abort.signal,
  });
  if (answer.body === null) throw new Error('a stream without a body');
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async until(fits) {
      while (!fits(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended after ${JSON.stringify(text)}`);
        text += value;
      }
    },
    async close() {
      abort.abort();
      await reader.cancel().catch(() => undefined);
    },
  };
}

/** The REST server as plain HTTP: what it refuses, how, and what it survives. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { embeddedBackend } from '../../../services/lab/redis-rest/embedded-backend.ts';
import { createEmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import { startRestServer } from '../../../services/lab/redis-rest/rest-server.ts';
import { describeRest } from './rest-suite.ts';

describeRest('what the REST API refuses', ({ rest, call, post }) => {
  it('accepts only the token, in the header or in the query', async () => {
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

  it('survives a request that is not HTTP', async () => {
    const { port } = new URL(rest().url);
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

  it('survives a client that disconnects during a request', async () => {
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${rest().url}/`, { method: 'POST', headers: { 'content-length': '100' } });
      request.on('error', () => resolve());
      request.write('["GET"', () => request.destroy());
    });
    expect((await call('/ping')).status).toBe(200);
  });
});

describe('a REST server', () => {
  it('refuses a body over its limit and keeps running', async () => {
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

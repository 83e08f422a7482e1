import { describe, expect, it } from 'vitest';
import type { LuaScript } from '../../../services/adapters/redis/lua-scripts.ts';
import { upstashStore } from '../../../services/adapters/redis/upstash-store.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { type Answer, httpFixture } from '../../support/http-fixture.ts';

const token = 'the-store-token';
const script: LuaScript = {
  name: 'twice-1',
  source: 'return { KEYS[1], KEYS[1] }',
  sha1: 'a'.repeat(40),
  keyCount: 1,
};
const server = httpFixture();
const asked: string[] = [];
const store = (timeoutMs = 5000) => {
  asked.length = 0;
  return upstashStore({ url: server.url, token, timeoutMs, onRequest: (name) => asked.push(name) });
};
const json =
  (status: number, body: unknown): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
const bodies = (): unknown[] => server.requests.map(({ body }) => JSON.parse(body) as unknown);
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

describe('a script', () => {
  it('is called by its SHA-1, and its reply comes back raw', async () => {
    server.answer = json(200, { result: ['1', null, 2] });
    expect(await store().run(script, ['k'], ['a'])).toEqual(['1', null, 2]);
    expect(bodies()).toEqual([['evalsha', script.sha1, 1, 'k', 'a']]);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(asked).toEqual(['twice-1']);
  });

  it('is sent with its source when the store does not know it', async () => {
    server.answer = (request, response) => {
      const known = server.requests.length > 1;
      const error = 'NOSCRIPT No matching script. Please use EVAL.';
      json(known ? 200 : 400, known ? { result: 1 } : { error })(request, response);
    };
    expect(await store().run(script, ['k'], ['a'])).toBe(1);
    expect(bodies()).toEqual([
      ['evalsha', script.sha1, 1, 'k', 'a'],
      ['eval', script.source, 1, 'k', 'a'],
    ]);
    expect(asked).toEqual(['twice-1', 'twice-1']);
  });

  it('must get its number of keys', async () => {
    await expect(store().run(script, ['k', 'l'], [])).rejects.toThrow('twice-1 takes 1 keys, got 2');
    expect(server.requests).toEqual([]);
  });
});

describe('a command', () => {
  it('goes out as it is, and is counted by its name', async () => {
    server.answer = json(200, { result: '{"a":1}' });
    expect(await store().command(['GET', 'k'])).toBe('{"a":1}');
    expect(bodies()).toEqual([['GET', 'k']]);
    expect(asked).toEqual(['get']);
  });
});

describe('a failure', () => {
  it.each([
    [
      'WRONGTYPE Operation against a key holding the wrong kind of value',
      'WRONGTYPE Operation against a key holding the wrong kind of value',
    ],
    ['WRONGPASS invalid or missing auth token', 'WRONGPASS invalid or missing auth token'],
    ["ERR unknown command 'FOO', with args beginning with: 'private' ", "ERR unknown command 'FOO'"],
    ['ERR syntax error, command was: ["GET","private"]', 'ERR syntax error'],
  ])('of Redis itself is a refusal without arguments: %s', async (error, reply) => {
    server.answer = json(400, { error });
    const caught = await failure(store().command(['GET', 'private']));
    expect(caught).toBeInstanceOf(StoreRefusedError);
    expect(caught).toMatchObject({ reply, message: `get: the store refused: ${reply}` });
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['a gateway’s page', (_request, response) => response.writeHead(502).end('<html>Bad Gateway</html>')],
    ['another JSON', json(500, { message: 'private' })],
    ['a closed connection', (_request, response) => response.destroy()],
  ])('by %s is "unreachable", tells nothing private and is not retried', async (_what, answer) => {
    server.answer = answer;
    const caught = await failure(store().command(['GET', 'private']));
    expect(caught).toBeInstanceOf(StoreUnreachableError);
    expect(String(caught)).toMatch(/^StoreUnreachableError: get: the store gave no usable answer \(/);
    expect(String(caught)).not.toMatch(/private|the-store-token|127\.0\.0\.1/);
    expect(server.requests).toHaveLength(1);
  });

  it('by silence ends within its time', async () => {
    server.answer = () => {};
    const caught = await failure(store(50).command(['PING']));
    expect(caught).toBeInstanceOf(StoreUnreachableError);
    expect(String(caught)).toContain('(no answer in time)');
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { upstashStore } from '../../../services/adapters/redis/upstash-store.ts';
import {
  StoreRefusedError,
  StoreUnreachableError,
  storeProblem,
} from '../../../services/core/platform/store-errors.ts';
import { httpFixture } from '../../support/http-fixture.ts';
import { refusedByBothFamilies } from '../../support/refused-fetch.ts';

const server = httpFixture();

afterEach(() => vi.restoreAllMocks());

/** What the store's client makes of an answer. */
async function errorAfter(status: number, body: string): Promise<StoreRefusedError | StoreUnreachableError> {
  server.answer = (_request, response) => response.writeHead(status).end(body);
  const store = upstashStore({ url: server.url, token: 'the-store-token', timeoutMs: 5000 });
  const error: unknown = await store.command(['GET', 'private']).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Error);
  return error as StoreRefusedError | StoreUnreachableError;
}

describe('a refusal', () => {
  it.each([
    [400, 'ERR max request size exceeded. Limit: 1000 bytes, Actual: 2000 bytes', 'no larger request'],
    [400, 'ERR max daily request limit exceeded. Limit: 100, Usage: 100', 'is used up'],
    [400, 'ERR max requests limit exceeded. Limit: 100, Usage: 100', 'is used up'],
    [400, 'MISCONF unable to persist to disk', 'cannot write to its disk'],
    [400, 'OOM command not allowed when used memory is over the limit.', 'the database is full'],
    [400, 'NOPERM this user has no permissions', 'a token that may write'],
    [401, 'NOAUTH Authentication required.', 'UPSTASH_REDIS_REST_TOKEN'],
    [401, 'Unauthorized', 'UPSTASH_REDIS_REST_TOKEN'],
    [401, 'WRONGPASS invalid or missing auth token', 'UPSTASH_REDIS_REST_TOKEN'],
    [404, 'Database not found', 'UPSTASH_REDIS_REST_URL'],
  ])('names what the store said and what to do: %i %s', async (status, reply, fix) => {
    const error = await errorAfter(status, JSON.stringify({ error: reply }));
    expect(error).toBeInstanceOf(StoreRefusedError);
    expect(error.message).toBe(`get: the store refused: ${reply}`);
    expect(storeProblem(error)).toContain(`${reply}; `);
    expect(storeProblem(error)).toContain(fix);
    expect(storeProblem(error)).not.toContain('private');
  });
});

it('makes one line without control characters of what the store said', async () => {
  const error = await errorAfter(400, JSON.stringify({ error: 'ERR a\u001b[2J\r\nb' }));
  expect(error.message).toBe('get: the store refused: ERR a [2J b');
});

describe('a store that recovers by itself', () => {
  it.each([
    [400, 'LOADING Redis is loading the dataset in memory'],
    [400, 'MASTERDOWN Link with MASTER is down'],
    [400, 'CLUSTERDOWN The cluster is down'],
    [400, 'NOREPLICAS Not enough good replicas to write.'],
    [429, 'Too Many Requests'],
  ])('counts as unreachable, with its reason: %i %s', async (status, reply) => {
    const error = await errorAfter(status, JSON.stringify({ error: reply }));
    expect(error).toBeInstanceOf(StoreUnreachableError);
    expect(error.message).toBe(`get: the store gave no usable answer (${reply})`);
    expect(storeProblem(error)).toContain('it should recover by itself');
  });

  it.each([
    [
      522,
      '<html><title>522: Connection\n timed out</title></html>',
      'its answer is a page, "522: Connection timed out"',
    ],
    [200, '<html>private</html>', 'its answer is no JSON'],
    [500, '{"error":"private trouble"}', 'its answer is none of Redis'],
  ])('counts as unreachable if something in between answers: %i %s', async (status, body, reason) => {
    const error = await errorAfter(status, body);
    expect(error).toBeInstanceOf(StoreUnreachableError);
    expect(error.message).toBe(`get: the store gave no usable answer (${reason})`);
  });
});

it('says why both address families of a host refuse', async () => {
  vi.spyOn(globalThis, 'fetch').mockRejectedValueOnce(refusedByBothFamilies());
  const store = upstashStore({ url: server.url, token: 'the-store-token', timeoutMs: 5000 });
  await expect(store.command(['PING'])).rejects.toThrow(
    '(fetch failed: connect ECONNREFUSED ::1:9; connect ECONNREFUSED 127.0.0.1:9)',
  );
});

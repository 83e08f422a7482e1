/** Runs a suite against the REST server on both stores, with plain HTTP calls. */
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { realTool } from '../../support/real-tools.ts';
import { type RedisRest, type StoreKind, startRedisRest } from '../../support/redis-backends.ts';

interface Call {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  /** Null: none at all. */
  readonly token?: string | null;
}

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

export interface RestCalls {
  rest(): RedisRest;
  call(path: string, call?: Call): Promise<Answer>;
  /** Posts `json`, to `/` unless said otherwise. */
  post(json: unknown, path?: string): Promise<Answer>;
}

export function describeRest(name: string, suite: (calls: RestCalls) => void): void {
  describe(`${name} on the embedded store`, () => suite(restCalls('embedded')));
  describe.skipIf(realTool('redis-server') === undefined)(`${name} on a real Redis`, () =>
    suite(restCalls('redis-server')),
  );
}

function restCalls(store: StoreKind): RestCalls {
  let server: RedisRest | undefined;
  const rest = (): RedisRest => {
    if (server === undefined) throw new Error('the server is there only inside of tests');
    return server;
  };
  const call: RestCalls['call'] = async (path, { method, body, headers = {}, token = rest().token } = {}) => {
    const answer = await fetch(rest().url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: token === null ? headers : { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, json: (await answer.json()) as unknown };
  };
  beforeAll(async () => {
    server = await startRedisRest({ store, tokens: ['first-token', 'second-token'] });
  });
  afterAll(() => server?.stop());
  beforeEach(() => call('/', { body: '["FLUSHALL"]' }));
  return { rest, call, post: (json, path = '/') => call(path, { body: JSON.stringify(json) }) };
}

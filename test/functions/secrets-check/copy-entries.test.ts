import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyEntries } from '../../../functions/secrets-check/copy-entries.ts';
import { systemRandom } from '../../../services/adapters/system-random.ts';
import type { Clock } from '../../../services/core/platform/clock.ts';

/** The extension and Secrets Manager in one; the first `refusals` requests to write are refused. */
let server: Server;
let source: string;
let refusals: number;
let written: string[];
let nowMs: number;

const clock: Clock = {
  monotonicMs: () => nowMs,
  wallMs: () => nowMs,
  async sleep(delayMs) {
    nowMs += delayMs;
  },
};
const plan = {
  source: 'arn:source',
  copies: [
    { reader: 'worker', arn: 'arn:worker', entries: ['A', 'B'] },
    { reader: 'ops', arn: 'arn:ops', entries: ['A'] },
  ],
  required: [],
};

beforeEach(async () => {
  [source, refusals, written, nowMs] = ['{"A":"a-value","C":"c-value"}', 0, [], 0];
  server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify({ SecretString: source }));
      return;
    }
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (refusals > 0) {
      refusals -= 1;
      response.writeHead(400).end('{"__type":"AccessDeniedException"}');
      return;
    }
    written.push(JSON.parse(body).SecretString);
    response.end('{}');
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
});
afterEach(() => server.close());

function copy(): Promise<void> {
  const port = String((server.address() as AddressInfo).port);
  const environment = {
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port,
    AWS_ENDPOINT_URL: `http://localhost:${port}`,
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'key',
  };
  return copyEntries(plan, environment, { clock, random: systemRandom });
}

it('gives each reader its entries and no other, a missing one as empty', async () => {
  await copy();
  expect(written).toEqual(['{"A":"a-value","B":""}', '{"A":"a-value"}']);
});

it('repeats what is refused, because a right that was just granted takes effect seconds later', async () => {
  refusals = 3;
  await copy();
  expect(written).toHaveLength(2);
  expect(nowMs).toBe(6000);
});

it('gives up within the function’s time, and names the reader and the refusal, no value', async () => {
  refusals = Number.POSITIVE_INFINITY;
  await expect(copy()).rejects.toThrow(
    /^the copy for the worker cannot be written: HTTP 400 AccessDeniedException$/,
  );
  expect(nowMs).toBeLessThanOrEqual(15_000);
});

it('writes nothing of a secret that is no JSON object', async () => {
  source = 'a-value';
  await expect(copy()).rejects.toThrow(/^expected a JSON object/);
  expect(written).toEqual([]);
});

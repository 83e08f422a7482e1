import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchBotApi } from '../../../services/adapters/telegram/fetch-bot-api.ts';
import { BotApiRefusedError, BotApiUnreachableError } from '../../../services/core/platform/bot-api.ts';
import { type Answer, httpFixture } from '../../support/http-fixture.ts';
import { refusedByBothFamilies } from '../../support/refused-fetch.ts';

const token = '123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const server = httpFixture();
const call = (options = {}) =>
  fetchBotApi({ apiRoot: server.url, token }).call('getMe', { a: 'я' }, { timeoutMs: 5000, ...options });
const failure = (options = {}): Promise<unknown> =>
  call(options).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
const json =
  (status: number, body: unknown): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

afterEach(() => vi.restoreAllMocks());

describe('a call of the Bot API', () => {
  it('posts the parameters as JSON and returns the result', async () => {
    server.answer = json(200, { ok: true, result: { id: 7 } });
    expect(await call()).toEqual({ id: 7 });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        url: `/bot${token}/getMe`,
        body: '{"a":"я"}',
        headers: { 'content-type': 'application/json' },
      },
    ]);
  });

  it('keeps no connection for the next call, if asked', async () => {
    server.answer = json(200, { ok: true, result: {} });
    await call();
    await fetchBotApi({ apiRoot: server.url, token, freshConnections: true }).call(
      'getMe',
      {},
      { timeoutMs: 5000 },
    );
    expect(server.requests.map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'close']);
  });

  it.each([
    [
      '429',
      json(429, {
        ok: false,
        error_code: 429,
        description: 'Too Many Requests',
        parameters: { retry_after: 3 },
      }),
      { status: 429, description: 'Too Many Requests', retryAfterSeconds: 3 },
    ],
    [
      'a negative retry_after',
      json(429, { ok: false, error_code: 429, description: 'x', parameters: { retry_after: -1 } }),
      { retryAfterSeconds: undefined },
    ],
    [
      'an error without code and text',
      json(400, { ok: false }),
      { status: 400, description: 'no description' },
    ],
  ])('is refused: %s', async (_what, answer, expected) => {
    server.answer = answer;
    const error = await failure();
    expect(error).toBeInstanceOf(BotApiRefusedError);
    expect(error).toMatchObject(expected);
  });

  it('shows neither the token that a refusal names, nor more than its beginning', async () => {
    const description = `no such path: /bot${token}/getMe, ${'x'.repeat(1_000_000)}`;
    server.answer = json(404, { ok: false, error_code: 404, description });
    const error = await failure();
    expect(error).toMatchObject({
      message: expect.stringMatching(/^getMe: 404 no such path: \/bot\[redacted]\/getMe, x{200,}…$/),
    });
    expect(JSON.stringify(error).length).toBeLessThan(500);
  });

  it.each<[string, Answer]>([
    ['a 500 with JSON', json(500, { ok: false, error_code: 500, description: 'x' })],
    ['HTML', (_request, response) => response.writeHead(502).end('<html>')],
    ['JSON without ok', json(200, { result: 1 })],
    ['null', json(200, null)],
    [
      'a truncated body',
      (_request, response) =>
        response.writeHead(200, { 'content-length': 99 }).write('{', () => response.destroy()),
    ],
    ['a closed connection', (_request, response) => response.destroy()],
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
  ])('finds no usable answer in %s, and does not retry', async (_what, answer) => {
    server.answer = answer;
    const error = await failure();
    expect(error).toBeInstanceOf(BotApiUnreachableError);
    expect(error).toMatchObject({ aborted: false });
    expect(server.requests).toHaveLength(1);
  });

  it('ends at its deadline, even in the middle of the body', async () => {
    server.answer = (_request, response) => response.writeHead(200).write('{"ok":');
    const error = await failure({ timeoutMs: 50 });
    expect(error).toMatchObject({ aborted: false, message: 'getMe: no answer within 50 ms' });
  });

  it('says when the caller’s signal ended it', async () => {
    const stop = new AbortController();
    server.answer = () => stop.abort();
    expect(await failure({ signal: stop.signal })).toMatchObject({
      code: 'BOT_API_UNREACHABLE',
      aborted: true,
    });
  });

  it('says why both address families of a host refuse', async () => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValueOnce(refusedByBothFamilies());
    expect(await failure()).toMatchObject({
      message: 'getMe: fetch failed: connect ECONNREFUSED ::1:9; connect ECONNREFUSED 127.0.0.1:9',
    });
  });

  it('keeps the token out of errors', async () => {
    const api = fetchBotApi({ apiRoot: 'http://127.0.0.1:1', token });
    const error: unknown = await api
      .call('getMe', {}, { timeoutMs: 5000 })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BotApiUnreachableError);
    const { message, stack, cause } = error as Error;
    expect([message, stack, (cause as Error).message, (cause as Error).stack].join()).not.toContain(token);
  });
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CustomResourceEvent, handler } from '../../../functions/secrets-check/handler.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { storeKeys } from '../../../services/core/platform/store-keys.ts';
import { type LabRedis, startLabRedis } from '../../../services/lab/redis-rest/lab-redis.ts';
import { startTelegramEmulator, type TestTelegram } from '../../support/telegram-emulator.ts';

interface Answer {
  readonly Status: string;
  readonly Reason: string;
  readonly RequestId: string;
}

/** One server plays the secrets extension, Secrets Manager and CloudFormation. */
let server: Server;
let secret: { status: number; body: unknown };
let answers: Answer[];
let asked: string[];
/** What was written, by the copy's ARN. */
let written: Record<string, Record<string, string>>;
let telegram: TestTelegram;
let redis: LabRedis;

const token = '4242:secrets-check-token-secret-secret-s';
const storeToken = 'secrets-check-store-token';
const copies = [
  { reader: 'worker', arn: 'arn:worker', entries: ['TELEGRAM_BOT_TOKEN_PROD', 'UPSTASH_REDIS_REST_URL'] },
  { reader: 'monitor', arn: 'arn:monitor', entries: ['OPS_LINK_SECRET', 'WATCHDOG_PING_URL'] },
];
const required = ['TELEGRAM_BOT_TOKEN_PROD', 'UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'];

beforeAll(async () => {
  telegram = await startTelegramEmulator();
  redis = await startLabRedis({
    port: 0,
    tokens: [storeToken],
    redisServerPath: undefined,
    clock: systemClock,
  });
});

afterAll(async () => {
  await telegram.stop();
  await redis.stop();
});

async function storeCommand(...words: string[]): Promise<void> {
  const headers = { authorization: `Bearer ${storeToken}` };
  await fetch(redis.rest.url, { method: 'POST', headers, body: JSON.stringify(words) });
}

/** A secret that works, with some entries changed. */
function filled(changes: Readonly<Record<string, string | undefined>> = {}): string {
  return JSON.stringify({
    TELEGRAM_BOT_TOKEN_PROD: token,
    UPSTASH_REDIS_REST_URL: redis.rest.url,
    UPSTASH_REDIS_REST_TOKEN: storeToken,
    TELEGRAM_BOT_TOKEN_DEV: 'no token, and not needed',
    ...changes,
  });
}

beforeEach(async () => {
  secret = { status: 200, body: undefined };
  answers = [];
  asked = [];
  written = {};
  server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['x-aws-parameters-secrets-token']}`);
    if (request.method === 'GET') {
      response.writeHead(secret.status).end(JSON.stringify({ SecretString: secret.body }));
      return;
    }
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (request.method === 'POST') {
      const { SecretId, SecretString } = JSON.parse(body);
      written[SecretId] = JSON.parse(SecretString);
      response.end('{}');
      return;
    }
    answers.push(JSON.parse(body));
    response.end();
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String(port));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://localhost:${port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'key');
  vi.stubEnv('SECRET_COPIES', JSON.stringify({ source: 'arn:secret', copies, required }));
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  vi.stubEnv('ENVIRONMENT', 'production');
  vi.stubEnv('TELEGRAM_API_ROOT', telegram.url);
});

afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
});

function event(RequestType: CustomResourceEvent['RequestType'] = 'Create'): CustomResourceEvent {
  return {
    RequestType,
    ResponseURL: `http://localhost:${(server.address() as AddressInfo).port}/answer`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Passed',
    ResourceType: 'Custom::SecretsCheck',
    ResourceProperties: { SecretArn: 'arn:secret', Required: required },
  };
}

describe('the check of the secret', () => {
  it('passes when every entry is filled in and works', async () => {
    secret.body = filled();
    await handler(event());
    expect(answers).toEqual([expect.objectContaining({ Status: 'SUCCESS', RequestId: 'request' })]);
    expect(asked[0]).toBe('GET /secretsmanager/get?secretId=arn%3Asecret session');
  });

  it('fails with one line for each empty entry, and never shows a filled one', async () => {
    secret.body = filled({ TELEGRAM_BOT_TOKEN_PROD: ' ', UPSTASH_REDIS_REST_URL: undefined });
    await handler(event('Update'));
    expect(answers[0]?.Status).toBe('FAILED');
    expect(answers[0]?.Reason).toMatch(
      /TELEGRAM_BOT_TOKEN_PROD: expected a value.*UPSTASH_REDIS_REST_URL: expected a value.*paused=true/,
    );
    expect(answers[0]?.Reason).not.toContain(storeToken);
  });

  it.each([
    [
      'a token of the wrong shape',
      { TELEGRAM_BOT_TOKEN_PROD: 'AA-no-token' },
      /TELEGRAM_BOT_TOKEN_PROD: expected/,
    ],
    [
      'a store token that the store refuses',
      { UPSTASH_REDIS_REST_TOKEN: 'other-token' },
      /UPSTASH_REDIS_REST_TOKEN/,
    ],
    [
      'an address where nothing answers',
      { UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' },
      /UPSTASH_REDIS_REST_URL/,
    ],
  ])('fails the deploy for %s', async (_what, changes, reason) => {
    secret.body = filled(changes);
    await handler(event());
    expect(answers[0]).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(reason) });
    expect(answers[0]?.Reason).not.toMatch(/other-token|AA-no-token/);
  });

  it('fails the deploy for a token that Telegram rejects, and does not show it', async () => {
    telegram.fault({ token, kind: '401', times: 1 });
    secret.body = filled();
    await handler(event());
    expect(answers[0]).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('bot 4242') });
    expect(answers[0]?.Reason).not.toContain('secrets-check-token');
  });

  it('fails the deploy for a store that belongs to another bot', async () => {
    const { bot } = storeKeys('');
    await storeCommand('SET', bot, '777');
    secret.body = filled();
    await handler(event());
    expect(answers[0]).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/bot 4242.*bot 777.*unbind/),
    });
    await storeCommand('SET', bot, '4242');
    await handler(event());
    expect(answers[1]?.Status).toBe('SUCCESS');
    await storeCommand('DEL', bot);
  });

  it('does not blame the secret when Telegram is away', async () => {
    vi.stubEnv('TELEGRAM_API_ROOT', 'http://127.0.0.1:1');
    secret.body = filled();
    await handler(event());
    expect(answers[0]?.Status).toBe('SUCCESS');
  });

  it.each([
    ['no JSON', 200, 'hidden{'],
    ['a list', 200, '["hidden"]'],
    ['nothing', 200, undefined],
    ['a refusal', 400, 'hidden'],
  ])('answers CloudFormation even if it reads %s', async (_what, status, body) => {
    secret = { status, body };
    await handler(event());
    expect(answers[0]?.Status).toBe('FAILED');
    expect(answers[0]?.Reason).toContain('cannot be read');
    expect(answers[0]?.Reason).not.toContain('hidden');
  });

  it('never blocks the removal of the stack', async () => {
    secret.status = 500;
    await handler(event('Delete'));
    expect(answers).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
    expect(asked).toHaveLength(1);
  });

  it('throws when CloudFormation cannot be reached', async () => {
    secret.body = '{}';
    const lost = { ...event(), ResponseURL: 'http://localhost:1/' };
    await expect(handler(lost)).rejects.toThrow();
  });
});

describe('the copy of the secret', () => {
  const copied = {
    'arn:worker': { TELEGRAM_BOT_TOKEN_PROD: token, UPSTASH_REDIS_REST_URL: expect.any(String) },
    'arn:monitor': { OPS_LINK_SECRET: 'link secret', WATCHDOG_PING_URL: '' },
  };
  const copying = (RequestType: CustomResourceEvent['RequestType']): CustomResourceEvent => ({
    ...event(RequestType),
    LogicalResourceId: 'Copied',
    ResourceType: 'Custom::SecretsCopy',
    ResourceProperties: { Plan: '', Paused: 'true' },
  });

  it.each(['Create', 'Update'] as const)('gives each reader its entries at %s', async (type) => {
    secret.body = filled({ OPS_LINK_SECRET: 'link secret' });
    await handler(copying(type));
    expect(answers).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
    expect(written).toEqual(copied);
  });

  it('needs no entry to be filled in: a paused stack is made before anybody could', async () => {
    secret.body = '{}';
    await handler(copying('Create'));
    expect(answers[0]?.Status).toBe('SUCCESS');
    expect(written['arn:worker']).toEqual({ TELEGRAM_BOT_TOKEN_PROD: '', UPSTASH_REDIS_REST_URL: '' });
  });

  it('writes nothing when the stack is removed', async () => {
    await handler(copying('Delete'));
    expect(answers).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
    expect(written).toEqual({});
  });

  it('is made on request, and says whether the entries work', async () => {
    secret.body = filled({ OPS_LINK_SECRET: 'link secret' });
    expect(await handler({ action: 'copy' })).toEqual({ copiedFor: ['worker', 'monitor'], problem: null });
    expect(written).toEqual(copied);
    expect(answers).toEqual([]);
  });

  it('is made on request even of what does not work: Telegram or the store may only be away', async () => {
    secret.body = filled({ UPSTASH_REDIS_REST_TOKEN: 'other-token' });
    const answer = await handler({ action: 'copy' });
    expect(answer).toMatchObject({
      copiedFor: ['worker', 'monitor'],
      problem: expect.stringContaining('UPSTASH_REDIS_REST_TOKEN'),
    });
    expect(JSON.stringify(answer)).not.toContain('other-token');
    expect(Object.keys(written)).toEqual(['arn:worker', 'arn:monitor']);
  });

  it.each([{}, { action: 'status' }])('is not made for the payload %j', async (payload) => {
    secret.body = filled();
    expect(await handler(payload as { action: 'copy' })).toEqual({
      copiedFor: [],
      problem: 'expected the payload {"action":"copy"}, got another',
    });
    expect(written).toEqual({});
  });
});

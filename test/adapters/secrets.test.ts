import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withSecrets } from '../../services/adapters/secrets.ts';

const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:staffprobot-AbCdEf';
const sessionToken = 'the-session-token';
let extension: Server;
let requests: { url: string; token: unknown }[];
let answer: { status: number; body: string };

beforeEach(async () => {
  requests = [];
  answer = { status: 200, body: '' };
  extension = createServer((request, response) => {
    requests.push({ url: request.url ?? '', token: request.headers['x-aws-parameters-secrets-token'] });
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => {
    extension.listen(0, 'localhost', resolve);
  });
});
afterEach(
  () =>
    new Promise((resolve) => {
      extension.close(resolve);
    }),
);

const environment = (more: Record<string, string> = {}) => ({
  SECRETS_ARN: arn,
  AWS_SESSION_TOKEN: sessionToken,
  PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String((extension.address() as AddressInfo).port),
  ...more,
});
const secret = (value: unknown) => ({
  status: 200,
  body: JSON.stringify({ SecretString: JSON.stringify(value) }),
});

describe('secrets', () => {
  it('are not read without SECRETS_ARN', async () => {
    const given = { ENVIRONMENT: 'staging' };
    expect(await withSecrets(given)).toBe(given);
    expect(requests).toEqual([]);
  });

  it('fill only unset and empty variables', async () => {
    answer = secret({
      TELEGRAM_BOT_TOKEN_DEV: 'from-secret',
      OPS_LINK_SECRET: 'x',
      REMINDER_MINUTES: 30,
      LOG_LEVEL: 'debug',
    });
    const filled = await withSecrets(environment({ LOG_LEVEL: 'warn', OPS_LINK_SECRET: '' }));
    expect(filled).toMatchObject({
      TELEGRAM_BOT_TOKEN_DEV: 'from-secret',
      OPS_LINK_SECRET: 'x',
      REMINDER_MINUTES: '30',
      LOG_LEVEL: 'warn',
    });
    expect(requests).toEqual([
      { url: `/secretsmanager/get?secretId=${encodeURIComponent(arn)}`, token: sessionToken },
    ]);
  });

  it.each([
    ['the extension refuses', { status: 400, body: 'AccessDenied super-secret' }, 'HTTP 400'],
    ['the answer is no JSON', { status: 200, body: 'super-secret' }, 'expected a JSON object'],
    [
      'the secret is no JSON',
      { status: 200, body: '{"SecretString":"super-secret"}' },
      'expected a JSON object',
    ],
    [
      'the secret is a list',
      { status: 200, body: '{"SecretString":"[\\"super-secret\\"]"}' },
      'expected a JSON object',
    ],
    [
      'the secret is binary',
      { status: 200, body: '{"SecretBinary":"super-secret"}' },
      'expected a JSON object',
    ],
  ])('fail with a clear message, and never appear in it, when %s', async (_name, given, message) => {
    answer = given;
    const failed = await withSecrets(environment()).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining(message) });
    const shown = failed instanceof Error ? `${failed.stack} ${failed.cause}` : '';
    expect(shown).not.toContain('super-secret');
    expect(shown).not.toContain(sessionToken);
  });

  it('fail with a clear message when nothing listens', async () => {
    const unserved = { ...environment(), PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: '1' };
    await expect(withSecrets(unserved)).rejects.toThrow(
      /SECRETS_ARN: expected an answer from the secrets extension on port 1/,
    );
  });
});

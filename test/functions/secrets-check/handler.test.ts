import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CustomResourceEvent, handler } from '../../../functions/secrets-check/handler.ts';

interface Answer {
  readonly Status: string;
  readonly Reason: string;
  readonly RequestId: string;
}

/** One server plays both the secrets extension and CloudFormation. */
let server: Server;
let secret: { status: number; body: unknown };
let answers: Answer[];
let asked: string[];

beforeEach(async () => {
  secret = { status: 200, body: undefined };
  answers = [];
  asked = [];
  server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['x-aws-parameters-secrets-token']}`);
    if (request.method === 'GET') {
      response.writeHead(secret.status).end(JSON.stringify({ SecretString: secret.body }));
      return;
    }
    let body = '';
    for await (const chunk of request) body += String(chunk);
    answers.push(JSON.parse(body));
    response.end();
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String((server.address() as AddressInfo).port));
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
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
    ResourceProperties: { SecretArn: 'arn:secret', Required: ['TOKEN', 'URL'] },
  };
}

describe('the check of the secret', () => {
  it('passes when every entry is filled in', async () => {
    secret.body = JSON.stringify({ TOKEN: 't', URL: 'u', OTHER: '' });
    await handler(event());
    expect(answers).toEqual([expect.objectContaining({ Status: 'SUCCESS', RequestId: 'request' })]);
    expect(asked[0]).toBe('GET /secretsmanager/get?secretId=arn%3Asecret session');
  });

  it('fails with one line for each empty entry, and never shows a filled one', async () => {
    secret.body = JSON.stringify({ TOKEN: ' ', OTHER: 'hidden' });
    await handler(event('Update'));
    expect(answers[0]?.Status).toBe('FAILED');
    expect(answers[0]?.Reason).toMatch(/TOKEN: expected a value.*URL: expected a value.*paused=true/);
    expect(answers[0]?.Reason).not.toContain('hidden');
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

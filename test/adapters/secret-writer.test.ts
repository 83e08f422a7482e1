import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeSecret } from '../../services/adapters/secret-writer.ts';

const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:Copy-abcdef';
const token = 'a'.repeat(32);
const value = '{"UPSTASH_REDIS_REST_TOKEN":"store-token-of-this-test"}';

let server: Server;
let asked: { request: IncomingMessage; body: string }[];
let answer: { status: number; body: string };

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: '{}' };
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    asked.push({ request, body });
    response.writeHead(answer.status).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

const write = (more: Record<string, string | undefined> = {}): Promise<void> => {
  const environment = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret-key-of-this-test',
    AWS_SESSION_TOKEN: 'session-of-this-test',
    ...more,
  };
  return writeSecret({ arn, value, token }, environment, Date.UTC(2026, 0, 1));
};

it('puts the value, signed by the credentials of the environment', async () => {
  await write();
  expect(asked).toHaveLength(1);
  expect(asked[0]?.request).toMatchObject({
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.PutSecretValue',
      'x-amz-security-token': 'session-of-this-test',
      authorization: expect.stringContaining('/20260101/eu-central-1/secretsmanager/aws4_request'),
    },
  });
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
    SecretId: arn,
    SecretString: value,
    ClientRequestToken: token,
  });
});

it('names the code of a refusal, and shows nothing else of the answer', async () => {
  answer = {
    status: 400,
    body: JSON.stringify({ __type: 'AccessDeniedException', Message: `may not put ${value}` }),
  };
  await expect(write()).rejects.toThrow(/^HTTP 400 AccessDeniedException$/);
  answer = { status: 502, body: value };
  await expect(write()).rejects.toThrow(/^HTTP 502$/);
});

it('says that nobody answers', async () => {
  await expect(write({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' })).rejects.toThrow(
    /^no answer from Secrets Manager/,
  );
});

it('asks for credentials', async () => {
  await expect(write({ AWS_ACCESS_KEY_ID: undefined })).rejects.toThrow(/^expected AWS credentials/);
  expect(asked).toEqual([]);
});

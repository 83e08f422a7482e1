import { describe, expect, it } from 'vitest';
import { awsClientOptions, awsConfig } from '../../services/adapters/aws-client.ts';
import { snsTopic } from '../../services/adapters/sns.ts';
import { httpFixture } from '../support/http-fixture.ts';
import { httpProxy } from '../support/http-proxy.ts';

const server = httpFixture();
const published =
  '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';
const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };

describe('awsClientOptions', () => {
  it.each([
    [
      'the region',
      { AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'us-east-1' },
      { region: 'eu-central-1' },
    ],
    [
      'the default region, if the region is empty',
      { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-1' },
      { region: 'us-east-1' },
    ],
    ['the common endpoint', { AWS_ENDPOINT_URL: 'http://a' }, { endpoint: 'http://a' }],
    [
      'the service’s endpoint before the common one',
      { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_SNS: 'http://b' },
      { endpoint: 'http://b' },
    ],
    ['no other service’s endpoint', { AWS_ENDPOINT_URL_ECS: 'http://b' }, { endpoint: undefined }],
    ['the keys', keys, { credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' } }],
    [
      'the session token',
      { ...keys, AWS_SESSION_TOKEN: 't' },
      { credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 't' } },
    ],
    ['no half of the keys', { AWS_ACCESS_KEY_ID: 'AKIA' }, { credentials: undefined }],
  ])('reads %s', (_what, environment, expected) => {
    expect(awsClientOptions(environment, 'SNS')).toMatchObject(expected);
  });
});

describe('awsConfig', () => {
  it('leaves out unset members, so that the SDK’s defaults apply', () => {
    const unset = { region: undefined, endpoint: undefined, credentials: undefined, proxy: undefined };
    expect(Object.keys(awsConfig(unset, 5000)).sort()).toEqual(['maxAttempts', 'requestHandler']);
  });

  it('allows one attempt, with a time limit that throws', () => {
    const options = { region: 'r', endpoint: 'http://a', credentials: undefined, proxy: undefined };
    expect(awsConfig(options, 5000)).toEqual({
      region: 'r',
      endpoint: 'http://a',
      maxAttempts: 1,
      requestHandler: expect.objectContaining({
        connectionTimeout: 5000,
        requestTimeout: 5000,
        throwOnRequestTimeout: true,
      }),
    });
  });

  it('keeps no connection for the next call', async () => {
    server.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/xml' }).end(published);
    const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret' };
    const topic = snsTopic('arn:aws:sns:eu-central-1:123456789012:t', {
      region: undefined,
      endpoint: server.url,
      credentials,
      proxy: undefined,
    });
    await topic.publish({ subject: 's', text: 't' });
    expect(server.requests).toMatchObject([{ headers: { connection: 'close' } }]);
  });

  it('goes through the proxy', async () => {
    const proxy = await httpProxy({ 'sns.test:80': server.url });
    server.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/xml' }).end(published);
    const environment = { ...keys, AWS_ENDPOINT_URL: 'http://sns.test', HTTP_PROXY: proxy.url };
    const topic = snsTopic('arn:aws:sns:eu-central-1:123456789012:t', awsClientOptions(environment, 'SNS'));
    await topic.publish({ subject: 's', text: 't' });
    await proxy.stop();
    expect(proxy.asked).toEqual(['sns.test:80']);
  });
});

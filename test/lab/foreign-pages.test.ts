/** What a page of another site, open in the developer's browser, tries against the lab's servers. */
import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import { type AwsEmulator, startAwsEmulator } from '../../services/lab/aws-emulator/aws-emulator.ts';
import { type LabRedis, startLabRedis } from '../../services/lab/redis-rest/lab-redis.ts';
import { type SqsEmulator, startSqsEmulator } from '../../services/lab/sqs-emulator/sqs-emulator.ts';
import { startTelegramEmulator, type TestTelegram } from '../support/telegram-emulator.ts';

const token = '4242:foreign-pages';
const storeToken = 'foreign-pages-store';
const page = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

let telegram: TestTelegram;
let redis: LabRedis;
let aws: AwsEmulator;
let sqs: SqsEmulator;

beforeAll(async () => {
  telegram = await startTelegramEmulator();
  redis = await startLabRedis({
    port: 0,
    tokens: [storeToken],
    redisServerPath: undefined,
    clock: systemClock,
  });
  sqs = await startSqsEmulator({ clock: systemClock, random: systemRandom });
  aws = await startAwsEmulator({
    services: () => {
      throw new Error('not asked');
    },
  });
});

afterAll(async () => {
  await Promise.all([telegram.stop(), redis.stop(), aws.close(), sqs.close()]);
});

/** Without preflight: what a form or a script may send to anywhere. */
const post = (url: string, body: string): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers: { ...page, 'content-type': 'text/plain' } });

describe('door: the servers of the lab', () => {
  it('ends no worker by a rejected token', async () => {
    const fault = JSON.stringify({ kind: '401' });
    expect((await post(`${telegram.url}/emulator/faults`, fault)).status).toBe(403);
    expect((await fetch(`${telegram.url}/bot${token}/getMe`)).status).toBe(200);
  });

  it('reads no event and no state', async () => {
    for (const path of ['/emulator/events', `/emulator/state?token=${token}`]) {
      expect((await fetch(`${telegram.url}${path}`, { headers: page })).status).toBe(403);
    }
  });

  it('sends no message by an image’s address', async () => {
    const url = `${telegram.url}/bot${token}/sendMessage?chat_id=7&text=hello`;
    expect((await fetch(url, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect(telegram.state(token).sentMessages).toEqual([]);
  });

  it('forges no mail', async () => {
    expect((await post(aws.url, 'Action=Publish&TopicArn=a&Message=b')).status).toBe(403);
    expect(aws.published).toEqual([]);
    expect(aws.calls).toEqual([]);
  });

  it('neither reads nor empties the updates queue', async () => {
    const body = JSON.stringify({ QueueUrl: sqs.queueUrl });
    const headers = { ...page, 'x-amz-target': 'AmazonSQS.PurgeQueue' };
    expect((await fetch(new URL(sqs.queueUrl).origin, { method: 'POST', body, headers })).status).toBe(403);
    expect(sqs.calls.size).toBe(0);
  });

  it('runs no command in the store, even with its token', async () => {
    expect((await post(`${redis.rest.url}/?_token=${storeToken}`, '["SET","key","value"]')).status).toBe(403);
    const response = await post(`${redis.rest.url}/emulator/faults?_token=${storeToken}`, '{"kind":"hang"}');
    expect(response.status).toBe(403);
  });

  it('answers under no other name, which a page may point at this machine', async () => {
    const asked = [
      `${telegram.url}/bot${token}/getMe`,
      `${redis.rest.url}/get/key?_token=${storeToken}`,
      aws.url,
      sqs.queueUrl,
    ];
    for (const url of asked) expect(await statusUnder('evil.example', url)).toBe(403);
    expect(await statusUnder('localhost', `${telegram.url}/bot${token}/getMe`)).toBe(200);
  });
});

/** `fetch` sets the header by itself. */
async function statusUnder(host: string, url: string): Promise<number | undefined> {
  const asked = request(url, { headers: { host } });
  asked.end();
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}

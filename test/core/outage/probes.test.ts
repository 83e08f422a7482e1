import { describe, expect, it } from 'vitest';
import {
  probeEcs,
  probeTelegram,
  probeTimeoutMs,
  webhookHost,
} from '../../../services/core/outage/probes.ts';
import {
  type BotApi,
  BotApiRefusedError,
  BotApiUnreachableError,
} from '../../../services/core/platform/bot-api.ts';
import { EcsError, type WorkerService } from '../../../services/core/platform/worker-service.ts';

const answering = (info: unknown): BotApi => ({ call: async <Result>() => info as Result });
const failing = (error: Error): BotApi => ({ call: () => Promise.reject(error) });
const refused = (status: number, description: string) =>
  new BotApiRefusedError('getWebhookInfo', { status, description });

describe('probeTelegram', () => {
  it('asks for the webhook, with a deadline', async () => {
    const calls: unknown[] = [];
    const api: BotApi = {
      call: async <Result>(...args: unknown[]) => {
        calls.push(args);
        return {} as Result;
      },
    };
    await probeTelegram(api);
    expect(calls).toEqual([['getWebhookInfo', {}, { timeoutMs: probeTimeoutMs }]]);
  });

  it('reports waiting updates and the webhook’s host', async () => {
    const info = { url: 'https://hooks.example/a-secret', pending_update_count: 7 };
    expect(await probeTelegram(answering(info))).toEqual({
      kind: 'reachable',
      pendingUpdates: 7,
      webhookHost: 'hooks.example',
    });
  });

  it('reads fields of the wrong type as none', async () => {
    const facts = { kind: 'reachable', pendingUpdates: 0, webhookHost: null };
    expect(await probeTelegram(answering({ url: 5, pending_update_count: 'many' }))).toEqual(facts);
  });

  it.each([
    ['401', refused(401, 'Unauthorized'), 'token-rejected'],
    ['404 Not Found', refused(404, 'Not Found'), 'token-rejected'],
    ['429', refused(429, 'Too Many Requests'), 'unreachable'],
    ['500', refused(500, 'Internal Server Error'), 'unreachable'],
    [
      'no answer',
      new BotApiUnreachableError('getWebhookInfo', 'timeout', { aborted: false, cause: undefined }),
      'unreachable',
    ],
  ])('takes %s for a fact', async (_name, error, kind) => {
    expect(await probeTelegram(failing(error))).toEqual({ kind });
  });

  it('lets a bug through', async () => {
    await expect(probeTelegram(failing(new TypeError('a bug')))).rejects.toThrow('a bug');
  });
});

describe('webhookHost', () => {
  it.each([
    ['', null],
    [undefined, null],
    ['https://hooks.example:8443/secret/path', 'hooks.example:8443'],
    ['not an address', 'an unreadable address'],
  ])('of %j is %j', (url, host) => {
    expect(webhookHost(url)).toBe(host);
  });
});

describe('probeEcs', () => {
  const state = { desired: 1, running: 0, deploying: false, lastStopReason: 'OutOfMemoryError' };
  const service = (describeService: WorkerService['describe']): WorkerService => ({
    describe: describeService,
    restart: async () => '',
  });

  it('reports the state of the service', async () => {
    expect(await probeEcs(service(async () => state))).toEqual({ kind: 'known', ...state });
  });

  it('says if ECS is not configured or does not answer', async () => {
    expect(await probeEcs(undefined)).toEqual({ kind: 'not-configured' });
    const error = new EcsError('DescribeServices', new Error('no'));
    expect(await probeEcs(service(() => Promise.reject(error)))).toEqual({ kind: 'unknown' });
  });

  it('lets a bug through', async () => {
    await expect(probeEcs(service(() => Promise.reject(new TypeError('a bug'))))).rejects.toThrow('a bug');
  });
});

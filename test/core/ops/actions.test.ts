import { beforeEach, describe, expect, it } from 'vitest';
import { BotApiRefusedError, BotApiUnreachableError } from '../../../services/core/platform/bot-api.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { EcsError } from '../../../services/core/platform/worker-service.ts';
import { heldValue, holder, OpsFixture } from '../../support/ops-fixture.ts';

let desk: OpsFixture;
beforeEach(async () => {
  desk = await OpsFixture.open();
});

const service = { desired: 1, running: 1, deploying: false, lastStopReason: null };
const workingEcs = () => ({ describe: async () => service, restart: async () => 'ecs-svc/2' });

describe('drop-updates', () => {
  it('says how many were pending, and leaves an audit entry', async () => {
    expect(await desk.ask({ action: 'drop-updates' })).toEqual({
      ok: true,
      action: 'drop-updates',
      droppedUpdates: 12,
      webhookRemoved: false,
    });
    expect(desk.calls).toEqual(['getWebhookInfo {}', 'deleteWebhook {"drop_pending_updates":true}']);
    expect(await desk.audit()).toMatchObject([{ event: 'dropped', who: 'anna', before: '12 pending' }]);
  });

  it('says that a webhook went with it, and names its host alone', async () => {
    desk.webhookUrl = 'https://hooks.example.org/secret-path';
    expect(await desk.ask({ action: 'drop-updates' })).toMatchObject({ webhookRemoved: true });
    const [entry] = await desk.audit();
    expect(entry?.before).toBe('12 pending, webhook at hooks.example.org');
  });

  it.each([
    [
      'TELEGRAM refuses',
      new BotApiRefusedError('getWebhookInfo', { status: 401, description: 'Unauthorized' }),
      'BOT_API_REFUSED',
    ],
    [
      'Telegram is away',
      new BotApiUnreachableError('getWebhookInfo', 'down', { aborted: false, cause: undefined }),
      'BOT_API_UNREACHABLE',
    ],
  ])('is an answer when %s', async (_name, failure, code) => {
    desk.telegramFailure = failure;
    expect(await desk.ask({ action: 'drop-updates' })).toMatchObject({
      ok: false,
      action: 'drop-updates',
      error: { code },
    });
    expect(await desk.audit()).toEqual([]);
  });

  it('says that updates were dropped although the audit entry failed', async () => {
    const failure = new StoreUnreachableError('xadd', new Error('no answer in time'));
    const act = async () => {
      desk.store.failure = failure;
    };
    desk.store.afterNext = { script: 'observe-bot-7', act };
    const answer = await desk.ask({ action: 'drop-updates' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'AUDIT_FAILED' } });
    expect(JSON.stringify(answer)).toContain('done (dropped)');
  });
});

describe('restart', () => {
  it('begins a forced deployment and leaves an audit entry', async () => {
    desk.ecs = workingEcs();
    expect(await desk.ask({ action: 'restart' })).toEqual({
      ok: true,
      action: 'restart',
      restarted: true,
      deploymentId: 'ecs-svc/2',
    });
    expect(await desk.audit()).toMatchObject([
      { event: 'restarted', who: 'anna', why: 'a test', after: 'ecs-svc/2' },
    ]);
  });

  it('says how to mend it when ECS is not configured', async () => {
    const answer = await desk.ask({ action: 'restart' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'ECS_NOT_CONFIGURED' } });
    expect(JSON.stringify(answer)).toMatch(/expected ECS_CLUSTER.+got neither; set both/);
  });

  it('is an answer when ECS fails', async () => {
    const failed = () => Promise.reject(new EcsError('UpdateService', new Error('throttled')));
    desk.ecs = { describe: failed, restart: failed };
    expect(await desk.ask({ action: 'restart' })).toMatchObject({ ok: false, error: { code: 'ECS_FAILED' } });
  });
});

describe('status', () => {
  it('says who polls, how fresh the heartbeat is and what waits, and changes nothing', async () => {
    await desk.beat();
    await desk.lock(heldValue, 20_000);
    desk.ecs = workingEcs();
    desk.store.nowMs += 3000;
    expect(await desk.ask({ action: 'status' })).toMatchObject({
      ok: true,
      lock: {
        value: heldValue,
        host: holder.host,
        pid: 7,
        env: 'production',
        since: holder.ts,
        ttlSeconds: 17,
      },
      heartbeatAgeSeconds: 3,
      up: true,
      cause: null,
      outage: null,
      telegram: 'reachable',
      pendingUpdates: 12,
      webhookSet: false,
      ecs: { running: 1, desired: 1 },
    });
    expect(await desk.store.command(['EXISTS', desk.keys.outage, desk.keys.audit])).toBe(0);
  });

  it('says why ECS could not be asked, and how to mend it', async () => {
    const fail = (message: string) => () =>
      Promise.reject(new EcsError('DescribeServices', new Error(message)));
    for (const [said, mend] of [
      ['Region is missing', 'set AWS_REGION'],
      ['Could not load credentials from any providers', 'set AWS credentials'],
      ['User is not authorized to perform: ecs:DescribeServices', 'let these credentials'],
      ['worker in bots: MISSING', 'check ECS_CLUSTER, ECS_SERVICE'],
      ['a-secret-in-an-error', 'ask again'],
    ] as const) {
      desk.ecs = { describe: fail(said), restart: fail(said) };
      const answer = await desk.ask({ action: 'status' });
      expect(answer).toMatchObject({ ok: true, ecs: null, ecsProblem: expect.stringContaining(mend) });
      expect(JSON.stringify(answer)).not.toContain('a-secret-in-an-error');
      const restart = await desk.ask({ action: 'restart' });
      expect(restart).toMatchObject({ ok: false, error: { message: expect.stringContaining(mend) } });
    }
    desk.ecs = undefined;
    expect(await desk.ask({ action: 'status' })).toMatchObject({ ecs: null, ecsProblem: null });
  });

  it('does not ask Telegram where it is told not to, and takes that for no cause', async () => {
    desk.telegramUnasked = 'TELEGRAM_BOT_TOKEN_PROD is not set';
    expect(await desk.ask({ action: 'status' })).toMatchObject({
      ok: true,
      telegram: 'not-asked',
      telegramProblem: 'TELEGRAM_BOT_TOKEN_PROD is not set',
      pendingUpdates: null,
      webhookSet: null,
      cause: 'never-started',
    });
    expect(desk.calls).toEqual([]);
  });

  it('redacts what the last error may have brought along', async () => {
    const ts = new Date(desk.store.nowMs - 400_000).toISOString();
    await desk.store.command([
      'SET',
      desk.keys.heartbeat,
      JSON.stringify({ ts, last_error: 'a-secret-in-an-error' }),
    ]);
    const answer = await desk.ask({ action: 'status' });
    expect(answer).toMatchObject({ ok: true, up: false });
    expect(JSON.stringify(answer)).not.toContain('a-secret-in-an-error');
  });

  it('names the cause when nobody polls', async () => {
    await desk.beat();
    desk.store.nowMs += 301_000;
    desk.telegramFailure = new BotApiRefusedError('getWebhookInfo', {
      status: 401,
      description: 'Unauthorized',
    });
    const answer = await desk.ask({ action: 'status' });
    expect(answer).toMatchObject({
      ok: true,
      up: false,
      lock: null,
      cause: 'token-rejected',
      telegram: 'token-rejected',
    });
  });
});

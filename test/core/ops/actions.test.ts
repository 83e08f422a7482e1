import { beforeEach, describe, expect, it } from 'vitest';
import { redisHandlersReports } from '../../../services/adapters/redis/outage/handlers-reports.ts';
import { performAcknowledge } from '../../../services/core/ops/perform.ts';
import { BotApiRefusedError, BotApiUnreachableError } from '../../../services/core/platform/bot-api.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { EcsError } from '../../../services/core/platform/worker-service.ts';
import { heldValue, holder, OpsFixture } from '../../support/ops-fixture.ts';

let fixture: OpsFixture;
beforeEach(async () => {
  fixture = await OpsFixture.open();
});

const service = { desired: 1, running: 1, deploying: false, lastStopReason: null };
const workingEcs = () => ({ describe: async () => service, restart: async () => 'ecs-svc/2' });

describe('drop-updates', () => {
  it('answers how many were pending, and is audited', async () => {
    expect(await fixture.ask({ action: 'drop-updates' })).toEqual({
      ok: true,
      action: 'drop-updates',
      droppedUpdates: 12,
      webhookRemoved: false,
    });
    expect(fixture.calls).toEqual(['getWebhookInfo {}', 'deleteWebhook {"drop_pending_updates":true}']);
    expect(await fixture.audit()).toMatchObject([{ event: 'dropped', who: 'anna', before: '12 pending' }]);
  });

  it('answers that a webhook was removed too, and names only its host', async () => {
    fixture.webhookUrl = 'https://hooks.example.org/secret-path';
    expect(await fixture.ask({ action: 'drop-updates' })).toMatchObject({ webhookRemoved: true });
    const [entry] = await fixture.audit();
    expect(entry?.before).toBe('12 pending, webhook at hooks.example.org');
  });

  it.each([
    [
      'Telegram refuses',
      new BotApiRefusedError('getWebhookInfo', { status: 401, description: 'Unauthorized' }),
      'BOT_API_REFUSED',
    ],
    [
      'Telegram is unreachable',
      new BotApiUnreachableError('getWebhookInfo', 'down', { aborted: false, cause: undefined }),
      'BOT_API_UNREACHABLE',
    ],
  ])('answers with an error if %s', async (_name, failure, code) => {
    fixture.telegramFailure = failure;
    expect(await fixture.ask({ action: 'drop-updates' })).toMatchObject({
      ok: false,
      action: 'drop-updates',
      error: { code },
    });
    expect(await fixture.audit()).toEqual([]);
  });

  it('answers that updates were dropped even if the audit entry failed', async () => {
    const failure = new StoreUnreachableError('xadd', new Error('no answer in time'));
    const act = async () => {
      fixture.store.failure = failure;
    };
    fixture.store.afterNext = { script: 'observe-bot-8', act };
    const answer = await fixture.ask({ action: 'drop-updates' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'AUDIT_FAILED' } });
    expect(JSON.stringify(answer)).toContain('done (dropped)');
  });
});

describe('snooze', () => {
  it('holds alerts back for that long, and is audited', async () => {
    const answer = await fixture.ask({ action: 'snooze', minutes: 30 });
    const { snooze, nowMs } = await fixture.ports.outages.observe({ noteRun: false });
    expect(snooze).toMatchObject({ untilMs: nowMs + 30 * 60_000, who: 'anna', why: 'a test' });
    const snoozedUntil = new Date(nowMs + 30 * 60_000).toISOString();
    expect(answer).toEqual({ ok: true, action: 'snooze', snoozedUntil });
    expect(await fixture.audit()).toMatchObject([{ event: 'snoozed', who: 'anna', why: 'a test' }]);
  });

  it('ends with 0 minutes', async () => {
    await fixture.ask({ action: 'snooze', minutes: 30 });
    const answer = await fixture.ask({ action: 'snooze', minutes: 0 });
    expect(answer).toEqual({ ok: true, action: 'snooze', snoozedUntil: null });
    expect((await fixture.ports.outages.observe({ noteRun: false })).snooze).toBeNull();
  });
});

describe('restart', () => {
  it('starts a forced deployment, and is audited', async () => {
    fixture.ecs = workingEcs();
    expect(await fixture.ask({ action: 'restart' })).toEqual({
      ok: true,
      action: 'restart',
      restarted: true,
      deploymentId: 'ecs-svc/2',
    });
    expect(await fixture.audit()).toMatchObject([
      { event: 'restarted', who: 'anna', why: 'a test', after: 'ecs-svc/2' },
    ]);
  });

  it('says how to fix it if ECS is not configured', async () => {
    const answer = await fixture.ask({ action: 'restart' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'ECS_NOT_CONFIGURED' } });
    expect(JSON.stringify(answer)).toMatch(/expected ECS_CLUSTER.+got neither; set both/);
  });

  it('answers with an error if ECS fails', async () => {
    const failed = () => Promise.reject(new EcsError('UpdateService', new Error('throttled')));
    fixture.ecs = { describe: failed, restart: failed };
    expect(await fixture.ask({ action: 'restart' })).toMatchObject({
      ok: false,
      error: { code: 'ECS_FAILED' },
    });
  });
});

describe('status', () => {
  it('says who polls, how fresh the heartbeat is and how many updates wait, and changes nothing', async () => {
    await fixture.beat();
    await fixture.lock(heldValue, 20_000);
    fixture.ecs = workingEcs();
    fixture.store.nowMs += 3000;
    expect(await fixture.ask({ action: 'status' })).toMatchObject({
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
    expect(await fixture.store.command(['EXISTS', fixture.keys.outage, fixture.keys.audit])).toBe(0);
  });

  it('says that handlers fail, since when and with what, without a secret', async () => {
    await fixture.beat();
    await fixture.lock(heldValue, 20_000);
    await fixture.store.command(['SET', fixture.keys.epoch, '3']);
    const reports = redisHandlersReports(fixture.store, fixture.keys);
    const lastError = 'a-secret-in-an-error is wrong';
    await reports.write({ epoch: 3, failed: 6, handled: 7, lastError, failingMs: 90_000 });
    const now = fixture.store.nowMs;
    expect(await fixture.ask({ action: 'status' })).toMatchObject({
      up: true,
      state: 'handlers-failing',
      since: new Date(now - 90_000).toISOString(),
      told: null,
      cause: 'handlers-failing',
      handlers: { failed: 6, handled: 7, lastError: '[redacted] is wrong', at: new Date(now).toISOString() },
      diagnosis: expect.arrayContaining(['Error: [redacted] is wrong']),
    });
    await fixture.store.command(['SET', fixture.keys.epoch, '4']);
    expect(await fixture.ask({ action: 'status' })).toMatchObject({ state: 'works', handlers: null });
  });

  it('says that alerts are snoozed, and whom the last message did not reach', async () => {
    await fixture.beat();
    await fixture.lock(heldValue, 20_000);
    const { outages } = fixture.ports;
    const until = await outages.snooze('request-1', 600_000, { who: 'anna', why: 'deploying' });
    expect(await fixture.ask({ action: 'status' })).toMatchObject({
      snooze: { until: new Date(until ?? 0).toISOString(), who: 'anna', why: 'deploying' },
      acknowledgedBy: null,
      unreachable: [],
    });
    await outages.snooze('request-2', 0, { who: 'anna', why: 'done' });
    expect(await fixture.ask({ action: 'status' })).toMatchObject({ snooze: null });
  });

  it('says that nobody polls as soon as the lock is free', async () => {
    await fixture.beat();
    fixture.store.nowMs += 30_000;
    expect(await fixture.ask({ action: 'status' })).toMatchObject({
      up: true,
      state: 'not-polling',
      since: new Date(fixture.store.nowMs - 30_000).toISOString(),
      cause: 'nobody-holds-the-lock',
    });
  });

  it('says why ECS did not answer, and how to fix it', async () => {
    const fail = (message: string) => () =>
      Promise.reject(new EcsError('DescribeServices', new Error(message)));
    for (const [message, fix] of [
      ['Region is missing', 'set AWS_REGION'],
      ['Could not load credentials from any providers', 'set AWS credentials'],
      ['User is not authorized to perform: ecs:DescribeServices', 'let these credentials'],
      ['worker in bots: MISSING', 'check ECS_CLUSTER, ECS_SERVICE'],
      ['a-secret-in-an-error', 'ask again'],
    ] as const) {
      fixture.ecs = { describe: fail(message), restart: fail(message) };
      const answer = await fixture.ask({ action: 'status' });
      expect(answer).toMatchObject({ ok: true, ecs: null, ecsProblem: expect.stringContaining(fix) });
      expect(JSON.stringify(answer)).not.toContain('a-secret-in-an-error');
      const restart = await fixture.ask({ action: 'restart' });
      expect(restart).toMatchObject({ ok: false, error: { message: expect.stringContaining(fix) } });
    }
    fixture.ecs = undefined;
    expect(await fixture.ask({ action: 'status' })).toMatchObject({ ecs: null, ecsProblem: null });
  });

  it('answers without a secret, whoever named it', async () => {
    const description =
      'Not Found: /bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe a-secret-in-an-error';
    fixture.telegramFailure = new BotApiRefusedError('getWebhookInfo', { status: 404, description });
    await fixture.lock(JSON.stringify({ host: 'a-secret-in-an-error', pid: 7 }), 30_000);
    for (const action of ['drop-updates', 'status'] as const) {
      const answer = JSON.stringify(await fixture.ask({ action }));
      expect(answer).toContain('[redacted]');
      expect(answer).not.toMatch(/AAHdq|a-secret/);
    }
  });

  it('does not ask Telegram if told not to, and takes that for no cause', async () => {
    fixture.telegramUnasked = 'TELEGRAM_BOT_TOKEN_PROD is not set';
    expect(await fixture.ask({ action: 'status' })).toMatchObject({
      ok: true,
      telegram: 'not-asked',
      telegramProblem: 'TELEGRAM_BOT_TOKEN_PROD is not set',
      pendingUpdates: null,
      webhookSet: null,
      cause: 'never-started',
    });
    expect(fixture.calls).toEqual([]);
  });

  it('says so, and records nothing, if the outage of “I’m on it” is over', async () => {
    const reason = { who: 'the link sent to 102', why: 'one-tap link of outage-1' };
    const answer = await performAcknowledge(fixture.context, 'outage-1', reason);
    expect(answer).toEqual({
      ok: false,
      action: 'acknowledge',
      error: { code: 'OUTAGE_OVER', message: 'the outage is over: nothing was recorded' },
    });
    expect(await fixture.store.command(['EXISTS', fixture.keys.outage, fixture.keys.audit])).toBe(0);
  });

  it('redacts secrets in the last error', async () => {
    const ts = new Date(fixture.store.nowMs - 400_000).toISOString();
    await fixture.store.command([
      'SET',
      fixture.keys.heartbeat,
      JSON.stringify({ ts, last_error: 'a-secret-in-an-error' }),
    ]);
    const answer = await fixture.ask({ action: 'status' });
    expect(answer).toMatchObject({ ok: true, up: false });
    expect(JSON.stringify(answer)).not.toContain('a-secret-in-an-error');
  });

  it('names the cause if nobody polls', async () => {
    await fixture.beat();
    fixture.store.nowMs += 301_000;
    fixture.telegramFailure = new BotApiRefusedError('getWebhookInfo', {
      status: 401,
      description: 'Unauthorized',
    });
    const answer = await fixture.ask({ action: 'status' });
    expect(answer).toMatchObject({
      ok: true,
      up: false,
      lock: null,
      cause: 'token-rejected',
      telegram: 'token-rejected',
    });
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { composeOps, type OpsHandler } from '../../../functions/release-lock/handler.ts';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { botToken, FunctionFixture, holder, stores } from '../../support/function-fixture.ts';

const taskArn = 'arn:aws:ecs:eu-central-1:123456789012:task/bots/0123456789abcdef';
const taskStopped = {
  version: '0',
  source: 'aws.ecs',
  'detail-type': 'ECS Task State Change',
  detail: {
    taskArn,
    clusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/bots',
    group: 'service:worker',
    lastStatus: 'STOPPED',
    stoppedReason: 'Essential container in task exited',
  },
};
const httpRequest = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/',
  headers: { host: 'x.lambda-url.eu-central-1.on.aws' },
  requestContext: { http: { method: 'GET', path: '/' }, domainName: 'x' },
  isBase64Encoded: false,
};

describe.each(stores)('the ops function on $name', ({ path, missing }) => {
  describe.skipIf(missing)('with everything around it', () => {
    let fixture: FunctionFixture;
    let ops: OpsHandler;

    beforeAll(async () => {
      fixture = await FunctionFixture.open(path);
    });
    afterAll(() => fixture?.close());
    beforeEach(() => {
      ops = composeOps(fixture.environment(), fixture.seams);
    });
    afterEach(async () => {
      fixture.telegram.fault({ kind: 'none' });
      fixture.aws.clearFaults();
      fixture.whenRestarted = async () => {};
      await fixture.clear();
    });

    const because = { reason: 'a test', requestedBy: 'anna' };
    const auditEvents = async () =>
      (await redisAuditTrail(fixture.store, fixture.keys).latest(10)).map(
        ({ event, who }) => `${event} by ${who}`,
      );

    /** A live holder: lets go as soon as it sees that it is revoked. */
    async function obey(value: string): Promise<void> {
      while ((await fixture.get(fixture.keys.lockRevoked)) !== value) await systemClock.sleep(5);
      await fixture.lock.release(value, 'clean');
    }

    it('releases a live holder’s lock and reports the value as it was stored', async () => {
      await fixture.beat(2000);
      const value = await fixture.takeLock();
      const [answer] = await Promise.all([ops({ action: 'release-lock', ...because }), obey(value)]);
      expect(answer).toEqual({
        ok: true,
        action: 'release-lock',
        lockRemoved: true,
        previousValue: value,
        heartbeatAgeSeconds: expect.any(Number),
        mode: 'released',
      });
      expect((await auditEvents()).at(-1)).toBe('revoked by anna');
    });

    it('waits for a dead holder’s lock to expire', async () => {
      await fixture.takeLock({}, 1200);
      expect(await ops({ action: 'release-lock', ...because })).toMatchObject({
        lockRemoved: true,
        mode: 'released',
      });
      expect(await fixture.get(fixture.keys.lock)).toBeNull();
    });

    it('answers "revoked" if its time ends before the lock expires', async () => {
      const value = await fixture.takeLock();
      const answer = await ops(
        { action: 'release-lock', ...because },
        { getRemainingTimeInMillis: () => 6000 },
      );
      expect(answer).toMatchObject({ ok: true, lockRemoved: false, mode: 'revoked' });
      expect(await fixture.get(fixture.keys.lock)).toBe(value);
      expect(await fixture.get(fixture.keys.lockRevoked)).toBe(value);
    });

    it('breaks the lock by force, and says if there is none', async () => {
      const value = await fixture.takeLock();
      const force = { action: 'release-lock', force: true, ...because };
      expect(await ops(force)).toMatchObject({ lockRemoved: true, previousValue: value, mode: 'broken' });
      expect(await ops(force)).toMatchObject({
        ok: true,
        lockRemoved: false,
        previousValue: null,
        mode: 'absent',
      });
      expect(await auditEvents()).toEqual(['broken by anna']);
    });

    it('drops pending updates and says how many there were', async () => {
      for (const text of ['one', 'two', 'three']) fixture.telegram.pushText(botToken, { chatId: 7, text });
      expect(await ops({ action: 'drop-updates', ...because })).toMatchObject({
        ok: true,
        droppedUpdates: 3,
      });
      expect(fixture.telegram.state(botToken).pending).toBe(0);
      expect(await auditEvents()).toEqual(['dropped by anna']);
    });

    it('restarts the worker, and answers with an error if ECS fails', async () => {
      expect(await ops({ action: 'restart', ...because })).toMatchObject({ ok: true, restarted: true });
      fixture.aws.fault({ service: 'ecs', kind: 'throttle', times: 1 });
      expect(await ops({ action: 'restart', ...because })).toMatchObject({
        ok: false,
        error: { code: 'ECS_FAILED' },
      });
      expect(await auditEvents()).toEqual(['restarted by anna']);
    });

    it('recovers: frees the lock, drops, restarts, and waits for a heartbeat', async () => {
      await fixture.beat(400_000);
      await fixture.takeLock({}, 1000);
      fixture.telegram.pushText(botToken, { chatId: 7, text: 'old' });
      fixture.whenRestarted = () => fixture.beat();
      const answer = await ops({ action: 'recover', dropUpdates: true, ...because });
      expect(answer).toMatchObject({
        ok: true,
        action: 'recover',
        steps: [
          { step: 'release-lock', outcome: 'done', result: { mode: 'released' } },
          { step: 'drop-updates', outcome: 'done', result: { droppedUpdates: 1 } },
          { step: 'restart', outcome: 'done', result: { deploymentId: expect.any(String) } },
          { step: 'fresh-heartbeat', outcome: 'done' },
        ],
      });
      expect(await auditEvents()).toEqual(['restarted by anna', 'dropped by anna', 'revoked by anna']);
    });

    it('answers in time, with the steps that were done, if no worker comes back', async () => {
      const answer = await ops({ action: 'recover', ...because }, { getRemainingTimeInMillis: () => 5000 });
      expect(answer).toMatchObject({
        ok: false,
        error: { code: 'NO_HEARTBEAT_YET' },
        steps: [{ outcome: 'done' }, { outcome: 'skipped' }, { outcome: 'done' }, { outcome: 'failed' }],
      });
    });

    it('answers the status without changing anything', async () => {
      await fixture.beat(1000);
      const value = await fixture.takeLock();
      expect(await ops({ action: 'status' })).toMatchObject({
        ok: true,
        lock: { value, host: holder.host },
        up: true,
        telegram: 'reachable',
        pendingUpdates: 0,
        ecs: { running: 1, desired: 1 },
      });
      expect(await fixture.store.command(['EXISTS', fixture.keys.outage, fixture.keys.audit])).toBe(0);
    });

    it('breaks the lock of a stopped task, and no other', async () => {
      const stopped = { arn: taskArn, stoppedReason: 'OutOfMemoryError', stoppedAtSeconds: 1 };
      fixture.service = { ...fixture.service, stoppedTasks: [stopped] };
      const other = await fixture.takeLock({ task: `${taskArn}0` });
      expect(await ops(taskStopped)).toMatchObject({ ok: true, lockRemoved: false });
      expect(await fixture.get(fixture.keys.lock)).toBe(other);
      await fixture.takeLock({ task: taskArn });
      expect(await ops(taskStopped)).toMatchObject({
        ok: true,
        action: 'task-stopped',
        lockRemoved: true,
        mode: 'broken',
      });
      expect(await auditEvents()).toEqual(['task-stopped by ecs']);
    });

    it.each([
      null,
      'release-lock',
      [],
      {},
      { action: 'release-lock' },
      { action: 'release-lock', reason: 'x', forse: true },
      { action: 'release-lock', reason: 'x'.repeat(501), force: true },
      { action: 'release-lock', reason: 'x', force: 'true' },
      { ...taskStopped, detail: { ...taskStopped.detail, lastStatus: 'RUNNING' } },
      { ...taskStopped, source: 'mine' },
      { action: 'release-lock', reason: 'x', force: true, requestedBy: ' ECS ' },
      { action: 'release-lock', reason: 'a\u202eb', force: true },
    ])('answers %j with an error and changes nothing', async (payload) => {
      const value = await fixture.takeLock({ task: taskArn });
      expect(await ops(payload)).toMatchObject({
        ok: false,
        error: { code: expect.any(String), message: expect.any(String) },
      });
      expect(await fixture.get(fixture.keys.lock)).toBe(value);
      expect(await fixture.store.command(['EXISTS', fixture.keys.lockRevoked, fixture.keys.audit])).toBe(0);
    });

    it.each([
      ['a plain request', httpRequest],
      ['one that carries a payload', { ...httpRequest, action: 'release-lock', force: true, reason: 'x' }],
      ['one with a body', { ...httpRequest, body: '{"action":"release-lock","force":true,"reason":"x"}' }],
      ['one that looks like an event', { ...taskStopped, ...httpRequest }],
    ])('gives %s the same refusal over HTTPS, and changes nothing', async (_name, request) => {
      const value = await fixture.takeLock({ task: taskArn });
      const answer = await ops(request);
      expect(answer).toMatchObject({
        statusCode: 403,
        body: expect.stringContaining('Ничего не изменено'),
        headers: { 'cache-control': 'no-store' },
      });
      expect(answer).toEqual(await ops(httpRequest));
      expect(await fixture.get(fixture.keys.lock)).toBe(value);
    });

    it('answers with an error if the store or Telegram is unreachable', async () => {
      const storeAway = composeOps(
        fixture.environment({ UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' }),
        fixture.seams,
      );
      expect(await storeAway({ action: 'release-lock', ...because })).toMatchObject({
        ok: false,
        error: { code: 'STORE_UNREACHABLE' },
      });
      const telegramAway = composeOps(
        fixture.environment({ TELEGRAM_API_ROOT: 'http://127.0.0.1:1' }),
        fixture.seams,
      );
      expect(await telegramAway({ action: 'drop-updates', ...because })).toMatchObject({
        ok: false,
        error: { code: 'BOT_API_UNREACHABLE' },
      });
      expect(await telegramAway({ action: 'status' })).toMatchObject({ ok: true, telegram: 'unreachable' });
      const noEcs = composeOps({ ...fixture.environment(), ECS_CLUSTER: '', ECS_SERVICE: '' }, fixture.seams);
      expect(await noEcs({ action: 'restart', ...because })).toMatchObject({
        ok: false,
        error: { code: 'ECS_NOT_CONFIGURED' },
      });
    });

    it('answers an invalid configuration with its problems, without any secret', async () => {
      const answer = await composeOps(
        { TELEGRAM_BOT_TOKEN_DEV: 'nonsense' },
        fixture.seams,
      )({ action: 'status' });
      expect(answer).toMatchObject({ ok: false, error: { code: 'CONFIGURATION' } });
      expect(JSON.stringify(answer)).not.toContain('nonsense');
    });

    it('writes no token to any output', async () => {
      const answers: unknown[] = [];
      for (const kind of ['truncated', 'reset', '401', '500', '502-html'] as const) {
        fixture.telegram.fault({ method: 'getWebhookInfo', kind, times: 1 });
        answers.push(await ops({ action: 'drop-updates', ...because }));
      }
      expect(answers).toHaveLength(5);
      const output = JSON.stringify([answers, fixture.lines]);
      for (const secret of [
        botToken,
        botToken.split(':')[1] ?? '',
        'function-stage-store-token',
        'emulated-secret',
      ]) {
        expect(output).not.toContain(secret);
      }
    });
  });
});

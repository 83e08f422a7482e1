import { beforeEach, describe, expect, it } from 'vitest';
import { BotApiUnreachableError } from '../../../services/core/platform/bot-api.ts';
import { EcsError } from '../../../services/core/platform/worker-service.ts';
import { heldValue, OpsFixture } from '../../support/ops-fixture.ts';

let fixture: OpsFixture;
beforeEach(async () => {
  fixture = await OpsFixture.open();
});

const service = { desired: 1, running: 1, deploying: false, lastStopReason: null };
const workingEcs = () => ({ describe: async () => service, restart: async () => 'ecs-svc/2' });

describe('recover', () => {
  const outcomes = (answer: { steps?: readonly { step: string; outcome: string }[] }) =>
    answer.steps?.map(({ step, outcome }) => `${step}: ${outcome}`);

  it('releases the lock, restarts the worker and waits for a newer heartbeat', async () => {
    fixture.ecs = workingEcs();
    await fixture.lock(heldValue, 5000);
    await fixture.beat();
    let sleeps = 0;
    fixture.whileAsleep = async () => {
      sleeps += 1;
      if (sleeps > 20) await fixture.beat();
    };
    const answer = await fixture.ask({ action: 'recover' });
    expect(answer).toMatchObject({ ok: true, action: 'recover' });
    expect(outcomes(answer as never)).toEqual([
      'release-lock: done',
      'drop-updates: skipped',
      'restart: done',
      'fresh-heartbeat: done',
    ]);
    expect(fixture.calls).toEqual([]);
  });

  it('waits for a heartbeat no longer than asked, and announces each step as it begins', async () => {
    fixture.ecs = workingEcs();
    fixture.heartbeatWaitMs = 6000;
    const startMs = fixture.store.nowMs;
    expect(await fixture.ask({ action: 'recover' })).toMatchObject({ error: { code: 'NO_HEARTBEAT_YET' } });
    expect(fixture.store.nowMs - startMs).toBe(6000);
    expect(fixture.steps).toEqual(['release-lock', 'restart', 'fresh-heartbeat']);
  });

  it('hands out each step as it ends, as the answer has it', async () => {
    fixture.ecs = {
      ...workingEcs(),
      restart: async () => {
        expect(fixture.endedSteps.map(({ step }) => step)).toEqual(['release-lock', 'drop-updates']);
        throw new EcsError('UpdateService', 'a-secret-in-an-error');
      },
    };
    const answer = (await fixture.ask({ action: 'recover' })) as { steps: unknown };
    expect(fixture.endedSteps).toEqual(answer.steps);
    expect(fixture.endedSteps[2]).toMatchObject({
      outcome: 'failed',
      why: expect.stringContaining('[redacted]'),
    });
  });

  it('drops updates only if asked, after the lock and before the restart', async () => {
    const order: string[] = [];
    fixture.ecs = {
      describe: async () => service,
      restart: async () => {
        order.push(...fixture.calls, 'restart');
        return 'd';
      },
    };
    fixture.whileAsleep = () => fixture.beat();
    const answer = await fixture.ask({ action: 'recover', dropUpdates: true });
    expect(answer).toMatchObject({ ok: true });
    expect(order).toEqual(['getWebhookInfo {}', 'deleteWebhook {"drop_pending_updates":true}', 'restart']);
  });

  it('without ECS waits for a standby, and does not promise a new task', async () => {
    fixture.ecs = undefined;
    fixture.heartbeatWaitMs = 2000;
    const answer = await fixture.ask({ action: 'recover' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'NO_HEARTBEAT_YET' } });
    expect(JSON.stringify(answer)).toContain('nothing was restarted, because ECS is not configured');
    expect(JSON.stringify(answer)).not.toContain('a new task');
    fixture.whileAsleep = () => fixture.beat();
    expect(outcomes((await fixture.ask({ action: 'recover' })) as never)).toContain('restart: skipped');
  });

  it('stops at the first failed step, and reports the steps that were not tried', async () => {
    fixture.ecs = workingEcs();
    fixture.telegramFailure = new BotApiUnreachableError('getWebhookInfo', 'down', {
      aborted: false,
      cause: undefined,
    });
    const answer = await fixture.ask({ action: 'recover', dropUpdates: true });
    expect(answer).toMatchObject({ ok: false, error: { code: 'BOT_API_UNREACHABLE' } });
    expect(outcomes(answer as never)).toEqual([
      'release-lock: done',
      'drop-updates: failed',
      'restart: not tried',
      'fresh-heartbeat: not tried',
    ]);
  });

  it('answers before its time runs out if no heartbeat comes', async () => {
    fixture.ecs = workingEcs();
    await fixture.beat();
    const startMs = fixture.store.nowMs;
    const answer = await fixture.ask({ action: 'recover' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'NO_HEARTBEAT_YET' } });
    expect(outcomes(answer as never)?.at(-1)).toBe('fresh-heartbeat: failed');
    expect(fixture.store.nowMs - startMs).toBeLessThan(fixture.limitMs);
  });

  it('does not take a late heartbeat of the old holder for a fresh one', async () => {
    const lateMs = fixture.store.nowMs - 5000;
    fixture.whileAsleep = () => fixture.beat(lateMs);
    expect(await fixture.ask({ action: 'recover' })).toMatchObject({
      ok: false,
      error: { code: 'NO_HEARTBEAT_YET' },
    });
  });

  it('says that the holder did not release the lock', async () => {
    await fixture.lock('{"host":"legacy"}');
    expect(await fixture.ask({ action: 'recover' })).toMatchObject({
      ok: false,
      error: { code: 'LOCK_STILL_HELD' },
    });
  });

  it('works without ECS, if something else starts workers', async () => {
    fixture.whileAsleep = () => fixture.beat();
    const answer = await fixture.ask({ action: 'recover' });
    expect(answer).toMatchObject({ ok: true });
    expect(outcomes(answer as never)?.[2]).toBe('restart: skipped');
  });
});

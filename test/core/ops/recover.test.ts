import { beforeEach, describe, expect, it } from 'vitest';
import { BotApiUnreachableError } from '../../../services/core/platform/bot-api.ts';
import { heldValue, OpsFixture } from '../../support/ops-fixture.ts';

let desk: OpsFixture;
beforeEach(async () => {
  desk = await OpsFixture.open();
});

const service = { desired: 1, running: 1, deploying: false, lastStopReason: null };
const workingEcs = () => ({ describe: async () => service, restart: async () => 'ecs-svc/2' });

describe('recover', () => {
  const outcomes = (answer: { steps?: readonly { step: string; outcome: string }[] }) =>
    answer.steps?.map(({ step, outcome }) => `${step}: ${outcome}`);

  it('releases, restarts and waits for a heartbeat that is newer than that', async () => {
    desk.ecs = workingEcs();
    await desk.lock(heldValue, 5000);
    await desk.beat();
    let sleeps = 0;
    desk.whileAsleep = async () => {
      sleeps += 1;
      if (sleeps > 20) await desk.beat();
    };
    const answer = await desk.ask({ action: 'recover' });
    expect(answer).toMatchObject({ ok: true, action: 'recover' });
    expect(outcomes(answer as never)).toEqual([
      'release-lock: done',
      'drop-updates: skipped',
      'restart: done',
      'fresh-heartbeat: done',
    ]);
    expect(desk.calls).toEqual([]);
  });

  it('waits for a heartbeat no longer than it is asked to, and tells each step as it begins', async () => {
    desk.ecs = workingEcs();
    desk.heartbeatWaitMs = 6000;
    const startMs = desk.store.nowMs;
    expect(await desk.ask({ action: 'recover' })).toMatchObject({ error: { code: 'NO_HEARTBEAT_YET' } });
    expect(desk.store.nowMs - startMs).toBe(6000);
    expect(desk.steps).toEqual(['release-lock', 'restart', 'fresh-heartbeat']);
  });

  it('drops updates only if asked, after the lock and before the restart', async () => {
    const order: string[] = [];
    desk.ecs = {
      describe: async () => service,
      restart: async () => {
        order.push(...desk.calls, 'restart');
        return 'd';
      },
    };
    desk.whileAsleep = () => desk.beat();
    const answer = await desk.ask({ action: 'recover', dropUpdates: true });
    expect(answer).toMatchObject({ ok: true });
    expect(order).toEqual(['getWebhookInfo {}', 'deleteWebhook {"drop_pending_updates":true}', 'restart']);
  });

  it('stops at the first step that fails, and says what was not tried', async () => {
    desk.ecs = workingEcs();
    desk.telegramFailure = new BotApiUnreachableError('getWebhookInfo', 'down', {
      aborted: false,
      cause: undefined,
    });
    const answer = await desk.ask({ action: 'recover', dropUpdates: true });
    expect(answer).toMatchObject({ ok: false, error: { code: 'BOT_API_UNREACHABLE' } });
    expect(outcomes(answer as never)).toEqual([
      'release-lock: done',
      'drop-updates: failed',
      'restart: not tried',
      'fresh-heartbeat: not tried',
    ]);
  });

  it('answers before its time runs out when no heartbeat comes', async () => {
    desk.ecs = workingEcs();
    await desk.beat();
    const startMs = desk.store.nowMs;
    const answer = await desk.ask({ action: 'recover' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'NO_HEARTBEAT_YET' } });
    expect(outcomes(answer as never)?.at(-1)).toBe('fresh-heartbeat: failed');
    expect(desk.store.nowMs - startMs).toBeLessThan(desk.limitMs);
  });

  it('does not take a late beat of the old holder for a fresh one', async () => {
    const lateMs = desk.store.nowMs - 5000;
    desk.whileAsleep = () => desk.beat(lateMs);
    expect(await desk.ask({ action: 'recover' })).toMatchObject({
      ok: false,
      error: { code: 'NO_HEARTBEAT_YET' },
    });
  });

  it('says that a holder did not let go', async () => {
    await desk.lock('{"host":"legacy"}');
    expect(await desk.ask({ action: 'recover' })).toMatchObject({
      ok: false,
      error: { code: 'LOCK_STILL_HELD' },
    });
  });

  it('goes on without ECS, where something else starts workers', async () => {
    desk.whileAsleep = () => desk.beat();
    const answer = await desk.ask({ action: 'recover' });
    expect(answer).toMatchObject({ ok: true });
    expect(outcomes(answer as never)?.[2]).toBe('restart: skipped');
  });
});

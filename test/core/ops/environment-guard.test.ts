import { beforeEach, describe, expect, it } from 'vitest';
import { lockValue } from '../../../services/core/lease/lock-value.ts';
import { environmentProblem } from '../../../services/core/ops/environment-guard.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { heldValue, holder, OpsFixture } from '../../support/ops-fixture.ts';

let desk: OpsFixture;
let restarts: number;
beforeEach(async () => {
  desk = await OpsFixture.open();
  restarts = 0;
  desk.ecs = {
    describe: async () => ({ desired: 1, running: 1, deploying: false, lastStopReason: null }),
    restart: async () => {
      restarts += 1;
      return 'd';
    },
  };
});

const changing = [
  { action: 'release-lock' },
  { action: 'release-lock', force: true },
  { action: 'drop-updates' },
  { action: 'restart' },
  { action: 'recover' },
  { action: 'recover', dropUpdates: true, force: true },
];

async function nothingChanged(): Promise<void> {
  expect(await desk.revoked()).toBeNull();
  expect(desk.calls).toEqual([]);
  expect(restarts).toBe(0);
  expect(await desk.audit()).toEqual([]);
}

describe('settings of another bot than the store’s', () => {
  it.each(changing)('change nothing by %j while that bot holds the lock', async (payload) => {
    desk.environment = 'development';
    await desk.lock(heldValue, 20_000);
    const answer = await desk.ask(payload);
    expect(answer).toMatchObject({ ok: false, action: payload.action, error: { code: 'OTHER_ENVIRONMENT' } });
    const { message } = (answer as { error: { message: string } }).error;
    expect(message).toMatch(
      /ENVIRONMENT: expected production, .*got development \(the default\); set ENVIRONMENT=production/,
    );
    expect(message).toContain(holder.host);
    expect(message).toContain('nothing was changed');
    expect(await desk.lockNow()).toBe(heldValue);
    await nothingChanged();
  });

  it('delete nothing for good when only the last heartbeat tells, but may repair', async () => {
    desk.environment = 'development';
    await desk.beat();
    for (const payload of [{ action: 'drop-updates' }, { action: 'recover', dropUpdates: true }]) {
      expect(await desk.ask(payload)).toMatchObject({ ok: false, error: { code: 'OTHER_ENVIRONMENT' } });
    }
    await nothingChanged();
    expect(await desk.ask({ action: 'restart' })).toMatchObject({ ok: true });
    expect(await desk.ask({ action: 'release-lock' })).toMatchObject({ ok: true, mode: 'absent' });
  });

  it('are seen by status, which looks all the same', async () => {
    desk.environment = 'staging';
    await desk.beat();
    const problem = /^ENVIRONMENT: expected production, because the last heartbeat is of .*, got staging/;
    expect(await desk.ask({ action: 'status' })).toMatchObject({
      ok: true,
      environment: 'staging',
      environmentProblem: expect.stringMatching(problem),
    });
  });

  it('change nothing while the store cannot say whose bot it is', async () => {
    desk.store.failure = new StoreUnreachableError('observe', new Error('no answer in time'));
    for (const payload of changing) {
      expect(await desk.ask(payload)).toMatchObject({ ok: false, error: { code: 'STORE_UNREACHABLE' } });
    }
    desk.store.failure = undefined;
    await nothingChanged();
  });
});

describe('no objection', () => {
  it('is there to the settings of the same bot', async () => {
    await desk.lock(heldValue, 20_000);
    expect(await desk.ask({ action: 'drop-updates' })).toMatchObject({ ok: true });
    expect(await desk.ask({ action: 'status' })).toMatchObject({ environmentProblem: null });
  });

  it.each([
    ['a lock of a stranger', 'not-json'],
    ['a lock of an environment that is none of ours', lockValue({ ...holder, env: 'qa' })],
    ['a lock without an environment', JSON.stringify({ host: 'h', pid: 1 })],
  ])('is there to %s', (_name, lock) => {
    expect(environmentProblem({ environment: 'development', lock, heartbeat: undefined })).toBeUndefined();
  });

  it('is there where nothing says whose bot is meant', async () => {
    desk.environment = undefined;
    await desk.lock(heldValue, 20_000);
    expect(await desk.ask({ action: 'release-lock', force: true })).toMatchObject({ mode: 'broken' });
  });

  it('is there to a heartbeat when a lock says otherwise', () => {
    const lock = lockValue({ ...holder, env: 'staging' });
    const heartbeat = JSON.stringify({ ...holder, env: 'production' });
    expect(environmentProblem({ environment: 'staging', lock, heartbeat })).toBeUndefined();
  });
});

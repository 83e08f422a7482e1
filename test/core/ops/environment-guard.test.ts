import { beforeEach, describe, expect, it } from 'vitest';
import { lockValue } from '../../../services/core/lease/lock-value.ts';
import { environmentProblem } from '../../../services/core/ops/environment-guard.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { heldValue, holder, OpsFixture } from '../../support/ops-fixture.ts';

let fixture: OpsFixture;
let restarts: number;
beforeEach(async () => {
  fixture = await OpsFixture.open();
  restarts = 0;
  fixture.ecs = {
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
  expect(await fixture.revoked()).toBeNull();
  expect(fixture.calls).toEqual([]);
  expect(restarts).toBe(0);
  expect(await fixture.audit()).toEqual([]);
}

describe('settings of another environment than the store’s bot', () => {
  it.each(changing)('refuse %j while that bot holds the lock', async (payload) => {
    fixture.environment = 'development';
    await fixture.lock(heldValue, 20_000);
    const answer = await fixture.ask(payload);
    expect(answer).toMatchObject({ ok: false, action: payload.action, error: { code: 'OTHER_ENVIRONMENT' } });
    const { message } = (answer as { error: { message: string } }).error;
    expect(message).toMatch(
      /ENVIRONMENT: expected production, .*got development \(the default\); set ENVIRONMENT=production/,
    );
    expect(message).toContain(holder.host);
    expect(message).toContain('nothing was changed');
    expect(await fixture.lockNow()).toBe(heldValue);
    await nothingChanged();
  });

  it('refuse to delete for good if only the last heartbeat shows it, but allow a repair', async () => {
    fixture.environment = 'development';
    await fixture.beat();
    for (const payload of [{ action: 'drop-updates' }, { action: 'recover', dropUpdates: true }]) {
      expect(await fixture.ask(payload)).toMatchObject({ ok: false, error: { code: 'OTHER_ENVIRONMENT' } });
    }
    await nothingChanged();
    expect(await fixture.ask({ action: 'restart' })).toMatchObject({ ok: true });
    expect(await fixture.ask({ action: 'release-lock' })).toMatchObject({ ok: true, mode: 'absent' });
  });

  it('are shown by status, which still works', async () => {
    fixture.environment = 'staging';
    await fixture.beat();
    const problem = /^ENVIRONMENT: expected production, because the last heartbeat is of .*, got staging/;
    expect(await fixture.ask({ action: 'status' })).toMatchObject({
      ok: true,
      environment: 'staging',
      environmentProblem: expect.stringMatching(problem),
    });
  });

  it('change nothing while the store does not answer', async () => {
    fixture.store.failure = new StoreUnreachableError('observe', new Error('no answer in time'));
    for (const payload of changing) {
      expect(await fixture.ask(payload)).toMatchObject({ ok: false, error: { code: 'STORE_UNREACHABLE' } });
    }
    fixture.store.failure = undefined;
    await nothingChanged();
  });
});

describe('the guard', () => {
  it('allows the settings of the same environment', async () => {
    await fixture.lock(heldValue, 20_000);
    expect(await fixture.ask({ action: 'drop-updates' })).toMatchObject({ ok: true });
    expect(await fixture.ask({ action: 'status' })).toMatchObject({ environmentProblem: null });
  });

  it.each([
    ['a foreign lock value', 'not-json'],
    ['a lock of an environment that is none of ours', lockValue({ ...holder, env: 'qa' })],
    ['a lock without an environment', JSON.stringify({ host: 'h', pid: 1 })],
  ])('allows %s', (_name, lock) => {
    expect(environmentProblem({ environment: 'development', lock, heartbeat: undefined })).toBeUndefined();
  });

  it('allows a caller that names no environment', async () => {
    fixture.environment = undefined;
    await fixture.lock(heldValue, 20_000);
    expect(await fixture.ask({ action: 'release-lock', force: true })).toMatchObject({ mode: 'broken' });
  });

  it('ignores the heartbeat if a lock shows the environment', () => {
    const lock = lockValue({ ...holder, env: 'staging' });
    const heartbeat = JSON.stringify({ ...holder, env: 'production' });
    expect(environmentProblem({ environment: 'staging', lock, heartbeat })).toBeUndefined();
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { lockValue } from '../../../services/core/lease/lock-value.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { heldValue, holder, OpsFixture } from '../../support/ops-fixture.ts';

let fixture: OpsFixture;
beforeEach(async () => {
  fixture = await OpsFixture.open();
});

describe('release-lock', () => {
  it('revokes the lock of a live holder, waits for its release, and answers the value', async () => {
    await fixture.beat();
    await fixture.lock(heldValue, 30_000);
    fixture.whileAsleep = async () => (await fixture.revoked()) === heldValue && (await fixture.lock(null));
    fixture.store.nowMs += 2000;
    expect(await fixture.ask({ action: 'release-lock' })).toEqual({
      ok: true,
      action: 'release-lock',
      lockRemoved: true,
      previousValue: heldValue,
      heartbeatAgeSeconds: 2,
      mode: 'released',
    });
    expect(await fixture.audit()).toMatchObject([
      { event: 'revoked', who: 'anna', why: 'a test', before: heldValue },
    ]);
  });

  it("waits for a dead holder's lock to expire, and no longer", async () => {
    await fixture.lock(heldValue, 20_000);
    const startMs = fixture.store.nowMs;
    expect(await fixture.ask({ action: 'release-lock' })).toMatchObject({
      lockRemoved: true,
      mode: 'released',
    });
    expect(fixture.store.nowMs - startMs).toBeLessThan(22_000);
  });

  it('counts the lock as gone if another worker has taken it since', async () => {
    await fixture.lock(heldValue, 30_000);
    const next = lockValue({ ...holder, owner: 'b2' });
    fixture.whileAsleep = () => fixture.lock(next, 30_000);
    expect(await fixture.ask({ action: 'release-lock' })).toMatchObject({
      lockRemoved: true,
      previousValue: heldValue,
    });
    expect(await fixture.lockNow()).toBe(next);
  });

  it('answers before its time runs out, with the lock still revoked', async () => {
    fixture.limitMs = 15_000;
    await fixture.lock(heldValue, 60_000);
    const startMs = fixture.store.nowMs;
    expect(await fixture.ask({ action: 'release-lock' })).toMatchObject({
      lockRemoved: false,
      mode: 'revoked',
    });
    expect(fixture.store.nowMs - startMs).toBeLessThan(fixture.limitMs);
    expect(await fixture.revoked()).toBe(heldValue);
  });

  it('does not wait forever for a lock without expiry', async () => {
    await fixture.lock('{"host":"legacy"}');
    const startMs = fixture.store.nowMs;
    expect(await fixture.ask({ action: 'release-lock' })).toMatchObject({
      mode: 'revoked',
      lockRemoved: false,
    });
    expect(fixture.store.nowMs - startMs).toBe(10_000);
  });

  it.each([true, false])('leaves a holder alone that came in between (force %s)', async (force) => {
    await fixture.lock(heldValue, 30_000);
    const next = lockValue({ ...holder, owner: 'b2' });
    fixture.store.afterNext = { script: 'observe-bot-8', act: () => fixture.lock(next, 30_000) };
    expect(await fixture.ask({ action: 'release-lock', force })).toMatchObject({
      ok: true,
      lockRemoved: false,
      previousValue: heldValue,
      mode: 'absent',
    });
    expect(await fixture.lockNow()).toBe(next);
    expect(await fixture.revoked()).toBeNull();
    expect(await fixture.audit()).toEqual([]);
  });

  it('breaks the lock at once by force, and leaves no revocation mark', async () => {
    await fixture.lock('a foreign value');
    const startMs = fixture.store.nowMs;
    expect(await fixture.ask({ action: 'release-lock', force: true })).toMatchObject({
      lockRemoved: true,
      previousValue: 'a foreign value',
      heartbeatAgeSeconds: null,
      mode: 'broken',
    });
    expect(fixture.store.nowMs).toBe(startMs);
    expect(await fixture.lockNow()).toBeNull();
    expect(await fixture.audit()).toMatchObject([{ event: 'broken', who: 'anna' }]);
  });

  it.each([true, false])('says that there is no lock, and changes nothing (force %s)', async (force) => {
    expect(await fixture.ask({ action: 'release-lock', force })).toMatchObject({
      ok: true,
      lockRemoved: false,
      previousValue: null,
      mode: 'absent',
    });
    expect(await fixture.audit()).toEqual([]);
  });

  it('answers with an error if the store does not answer', async () => {
    fixture.store.failure = new StoreUnreachableError('observe-bot-8', new Error('no answer in time'));
    expect(await fixture.ask({ action: 'release-lock' })).toMatchObject({
      ok: false,
      error: { code: 'STORE_UNREACHABLE' },
    });
  });
});

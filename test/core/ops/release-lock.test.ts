import { beforeEach, describe, expect, it } from 'vitest';
import { lockValue } from '../../../services/core/lease/lock-value.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { heldValue, holder, OpsFixture } from '../../support/ops-fixture.ts';

let desk: OpsFixture;
beforeEach(async () => {
  desk = await OpsFixture.open();
});

describe('release-lock', () => {
  it('asks a live holder, waits until it lets go, and says what was there', async () => {
    await desk.beat();
    await desk.lock(heldValue, 30_000);
    desk.whileAsleep = async () => (await desk.revoked()) === heldValue && (await desk.lock(null));
    desk.store.nowMs += 2000;
    expect(await desk.ask({ action: 'release-lock' })).toEqual({
      ok: true,
      action: 'release-lock',
      lockRemoved: true,
      previousValue: heldValue,
      heartbeatAgeSeconds: 2,
      mode: 'released',
    });
    expect(await desk.audit()).toMatchObject([
      { event: 'revoked', who: 'anna', why: 'a test', before: heldValue },
    ]);
  });

  it('waits for a dead holder until its lock has ended, and no longer', async () => {
    await desk.lock(heldValue, 20_000);
    const startMs = desk.store.nowMs;
    expect(await desk.ask({ action: 'release-lock' })).toMatchObject({ lockRemoved: true, mode: 'released' });
    expect(desk.store.nowMs - startMs).toBeLessThan(22_000);
  });

  it('counts a lock as gone that another has taken since', async () => {
    await desk.lock(heldValue, 30_000);
    const next = lockValue({ ...holder, owner: 'b2' });
    desk.whileAsleep = () => desk.lock(next, 30_000);
    expect(await desk.ask({ action: 'release-lock' })).toMatchObject({
      lockRemoved: true,
      previousValue: heldValue,
    });
    expect(await desk.lockNow()).toBe(next);
  });

  it('answers before its time runs out, with the lock still marked', async () => {
    desk.limitMs = 15_000;
    await desk.lock(heldValue, 60_000);
    const startMs = desk.store.nowMs;
    expect(await desk.ask({ action: 'release-lock' })).toMatchObject({ lockRemoved: false, mode: 'revoked' });
    expect(desk.store.nowMs - startMs).toBeLessThan(desk.limitMs);
    expect(await desk.revoked()).toBe(heldValue);
  });

  it('does not wait for ever for a lock without expiry', async () => {
    await desk.lock('{"host":"legacy"}');
    const startMs = desk.store.nowMs;
    expect(await desk.ask({ action: 'release-lock' })).toMatchObject({ mode: 'revoked', lockRemoved: false });
    expect(desk.store.nowMs - startMs).toBe(10_000);
  });

  it.each([true, false])('leaves a holder alone that came after the look (force %s)', async (force) => {
    await desk.lock(heldValue, 30_000);
    const next = lockValue({ ...holder, owner: 'b2' });
    desk.store.afterNext = { script: 'observe-bot-7', act: () => desk.lock(next, 30_000) };
    expect(await desk.ask({ action: 'release-lock', force })).toMatchObject({
      ok: true,
      lockRemoved: false,
      previousValue: heldValue,
      mode: 'absent',
    });
    expect(await desk.lockNow()).toBe(next);
    expect(await desk.revoked()).toBeNull();
    expect(await desk.audit()).toEqual([]);
  });

  it('breaks at once by force, and leaves no mark behind', async () => {
    await desk.lock('a value that a stranger wrote');
    const startMs = desk.store.nowMs;
    expect(await desk.ask({ action: 'release-lock', force: true })).toMatchObject({
      lockRemoved: true,
      previousValue: 'a value that a stranger wrote',
      heartbeatAgeSeconds: null,
      mode: 'broken',
    });
    expect(desk.store.nowMs).toBe(startMs);
    expect(await desk.lockNow()).toBeNull();
    expect(await desk.audit()).toMatchObject([{ event: 'broken', who: 'anna' }]);
  });

  it.each([true, false])('says that there is no lock (force %s) and changes nothing', async (force) => {
    expect(await desk.ask({ action: 'release-lock', force })).toMatchObject({
      ok: true,
      lockRemoved: false,
      previousValue: null,
      mode: 'absent',
    });
    expect(await desk.audit()).toEqual([]);
  });

  it('is an answer when the store does not answer', async () => {
    desk.store.failure = new StoreUnreachableError('observe-bot-7', new Error('no answer in time'));
    expect(await desk.ask({ action: 'release-lock' })).toMatchObject({
      ok: false,
      error: { code: 'STORE_UNREACHABLE' },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { conflictTexts } from '../../../services/lab/telegram-emulator/errors.ts';
import { handOverMs } from '../../../services/lab/telegram-emulator/poll-log.ts';
import { message, startRig } from './emulator-fixture.ts';

const conflict = { ok: false, error_code: 409, description: conflictTexts.otherPoll };

describe('rule 2: the throttle for an equal offset', () => {
  it('makes a short timeout 3 s within 3 s of the last start', async () => {
    const rig = startRig();
    await rig.poll({ offset: 5, timeout: 0 });
    await rig.clock.advance(2999);
    const again = await rig.poll({ offset: 5, timeout: 0 });
    expect(again.answer).toBeUndefined();
    await rig.clock.advance(2999);
    expect(again.answer).toBeUndefined();
    await rig.clock.advance(1);
    expect(again).toMatchObject({ answeredAtMs: 2999 + 3000, ids: [] });
  });

  it.each([
    ['another offset', { offset: 6, timeout: 0 }, 100],
    ['3 s later', { offset: 5, timeout: 0 }, 3000],
  ])('leaves alone %s', async (_, args, afterMs) => {
    const rig = startRig();
    await rig.poll({ offset: 5, timeout: 0 });
    await rig.clock.advance(afterMs);
    expect((await rig.poll(args)).ids).toEqual([]);
  });

  it('leaves a timeout of 3 s or more alone', async () => {
    const rig = startRig();
    await rig.poll({ offset: 5, timeout: 0 });
    const again = await rig.poll({ offset: 5, timeout: 10 });
    await rig.clock.advance(9999);
    expect(again.answer).toBeUndefined();
    await rig.clock.advance(1);
    expect(again.ids).toEqual([]);
  });

  it('makes the limit 1 within 0.5 s', async () => {
    const rig = startRig();
    rig.pushIds(1, 2, 3);
    expect((await rig.poll({ offset: 1 })).ids).toEqual([1, 2, 3]);
    await rig.clock.advance(499);
    expect((await rig.poll({ offset: 1 })).ids).toEqual([1]);
    await rig.clock.advance(500);
    expect((await rig.poll({ offset: 1 })).ids).toEqual([1, 2, 3]);
  });

  it('compares the raw offset: 0 equals absent, but not the head', async () => {
    const rig = startRig();
    rig.pushIds(1, 2);
    await rig.poll({});
    expect((await rig.poll({ offset: 0 })).ids).toEqual([1]);
    expect((await rig.poll({ offset: 1 })).ids).toEqual([1, 2]);
  });

  it('is not reset by a call that a webhook refuses', async () => {
    const rig = startRig();
    rig.pushIds(1, 2);
    await rig.poll({ offset: 1 });
    await rig.call('setWebhook', { url: 'https://example.test/' });
    await rig.poll({ offset: 2 });
    await rig.call('deleteWebhook');
    expect((await rig.poll({ offset: 1 })).ids).toEqual([1]);
  });
});

describe('rules 7 and 9: parking and waking', () => {
  it('answers at once if an update is there, whatever the timeout', async () => {
    const rig = startRig();
    rig.pushIds(1);
    expect((await rig.poll({ timeout: 50 })).ids).toEqual([1]);
  });

  it('answers at once with nothing if the timeout is 0', async () => {
    expect((await startRig().poll({ timeout: 0 })).ids).toEqual([]);
  });

  it('answers [] after the timeout, at most 50 s', async () => {
    const rig = startRig();
    const poll = await rig.poll({ timeout: 300 });
    await rig.clock.advance(60_000);
    expect(poll).toMatchObject({ answeredAtMs: 50_000, ids: [] });
  });

  it('answers 1 ms after the first update', async () => {
    const rig = startRig();
    const poll = await rig.poll({ timeout: 30 });
    await rig.clock.advance(1000);
    rig.pushIds(1);
    await rig.clock.advance(0.9);
    expect(poll.answer).toBeUndefined();
    await rig.clock.advance(10);
    expect(poll).toMatchObject({ answeredAtMs: 1001, ids: [1] });
  });

  it('waits another 1 ms for each further update, 2 ms in all', async () => {
    const rig = startRig();
    const poll = await rig.poll({ timeout: 30 });
    for (const id of [1, 2, 3, 4]) {
      rig.pushIds(id);
      await rig.clock.advance(0.75);
    }
    expect(poll).toMatchObject({ answeredAtMs: 2, ids: [1, 2, 3] });
  });

  it('does not wait past its timeout for further updates', async () => {
    const rig = startRig();
    const poll = await rig.poll({ timeout: 1 });
    await rig.clock.advance(999.5);
    rig.pushIds(1);
    await rig.clock.advance(5);
    expect(poll).toMatchObject({ answeredAtMs: 1000, ids: [1] });
  });

  it('applies a negative offset once, on parking: later updates are not limited by it', async () => {
    const rig = startRig();
    rig.pushIds(1);
    await rig.ids({ offset: 2 });
    const poll = await rig.poll({ offset: -1, timeout: 30 });
    rig.pushIds(2, 3);
    await rig.clock.advance(1);
    expect(poll.ids).toEqual([2, 3]);
  });

  it('respects the limit of the parked call', async () => {
    const rig = startRig();
    const poll = await rig.poll({ timeout: 30, limit: 2 });
    rig.pushIds(1, 2, 3);
    await rig.clock.advance(1);
    expect(poll.ids).toEqual([1, 2]);
  });
});

describe('rule 8: the size of an answer', () => {
  it('stops near 4 MiB, and the rest follows', async () => {
    const rig = startRig();
    rig.push(...Array.from({ length: 20 }, () => message('x'.repeat(500_000))));
    const first = (await rig.poll({ offset: 0 })).ids ?? [];
    expect(first).toHaveLength(8);
    expect(await rig.ids({ offset: (first.at(-1) ?? 0) + 1 })).toHaveLength(8);
    expect(rig.state().pending).toBe(12);
  });
});

describe('rules 10 to 12: conflicts', () => {
  it('on parking, the old call gets the 409 and the new call parks', async () => {
    const rig = startRig();
    const old = await rig.poll({ timeout: 30 });
    const young = await rig.poll({ timeout: 30 });
    expect(old.answer).toEqual(conflict);
    expect(young.answer).toBeUndefined();
    rig.pushIds(1);
    await rig.clock.advance(1);
    expect(young.ids).toEqual([1]);
    await rig.clock.advance(handOverMs);
    expect(rig.state()).toMatchObject({ conflicts: 1, overlaps: 1, openPolls: 0 });
  });

  it('a second 409 within 3 s of an immediate one comes 3 s later, and the new call still parks', async () => {
    const rig = startRig();
    await rig.poll({ timeout: 30 });
    const second = await rig.poll({ timeout: 30 });
    await rig.clock.advance(2000);
    const third = await rig.poll({ timeout: 30 });
    expect(second.answer).toBeUndefined();
    expect(rig.state()).toMatchObject({ conflicts: 2, openPolls: 2, parkedPoll: { leftMs: 30_000 } });
    await rig.clock.advance(2999);
    expect(second.answer).toBeUndefined();
    await rig.clock.advance(1);
    expect(second).toMatchObject({ answer: conflict, answeredAtMs: 5000 });
    expect(third.answer).toBeUndefined();
  });

  it('a delayed 409 does not move the next immediate one', async () => {
    const rig = startRig();
    await rig.poll({ timeout: 30 });
    await rig.poll({ timeout: 30 });
    await rig.clock.advance(2000);
    const third = await rig.poll({ timeout: 30 });
    await rig.clock.advance(1000);
    await rig.poll({ timeout: 30 });
    expect(third).toMatchObject({ answer: conflict, answeredAtMs: 3000 });
  });

  it('the 3 s are shared with the refusals for a webhook', async () => {
    const rig = startRig();
    await rig.poll({ timeout: 30 });
    const second = await rig.poll({ timeout: 30 });
    await rig.call('setWebhook', { url: 'https://example.test/' });
    const refused = await rig.poll({});
    expect(second.answer).toBeUndefined();
    expect(refused.answer).toBeUndefined();
    await rig.clock.advance(3000);
    expect(second.answer).toMatchObject({ error_code: 409, description: conflictTexts.setWebhook });
    expect(refused.answer).toMatchObject({ error_code: 409, description: conflictTexts.webhookActive });
  });

  it('none comes if the new call does not wait: the old call stays parked', async () => {
    const rig = startRig();
    const old = await rig.poll({ offset: 1, timeout: 30 });
    const young = await rig.poll({ offset: 2, timeout: 0 });
    expect(young.ids).toEqual([]);
    await rig.clock.advance(handOverMs);
    expect(old.answer).toBeUndefined();
    expect(rig.state()).toMatchObject({ conflicts: 0, openPolls: 1, overlaps: 1 });
  });

  it('none comes if the new call finds updates: the old call stays parked and answers from the rest', async () => {
    const rig = startRig();
    const old = await rig.poll({ offset: 1, timeout: 30 });
    rig.pushIds(1, 2);
    const young = await rig.poll({ offset: 2, timeout: 30 });
    expect(young.ids).toEqual([2]);
    expect(old.answer).toBeUndefined();
    await rig.clock.advance(2);
    expect(old.ids).toEqual([2]);
    expect(rig.state().conflicts).toBe(0);
  });

  it('two pollers of a full queue both succeed and confirm one another’s updates', async () => {
    const rig = startRig();
    rig.pushIds(1, 2, 3, 4);
    expect((await rig.poll({ offset: 0, limit: 2, timeout: 30 })).ids).toEqual([1, 2]);
    expect((await rig.poll({ offset: 3, limit: 2, timeout: 30 })).ids).toEqual([3, 4]);
    expect((await rig.poll({ offset: 1, limit: 2, timeout: 30 })).ids).toEqual([3, 4]);
  });
});

describe('rule 15: a client that hangs up', () => {
  it('leaves its poll parked until its timeout, and loses no update', async () => {
    const rig = startRig();
    const ghost = await rig.poll({ timeout: 30 });
    ghost.hangUp();
    expect(rig.state()).toMatchObject({ openPolls: 1, ghostPolls: 1, parkedPoll: { ghost: true } });
    rig.pushIds(1);
    await rig.clock.advance(5);
    expect(rig.state()).toMatchObject({ openPolls: 0, pending: 1, delivered: 1 });
    expect(await rig.ids()).toEqual([1]);
  });

  it('is gone after its timeout', async () => {
    const rig = startRig();
    (await rig.poll({ timeout: 30 })).hangUp();
    await rig.clock.advance(29_999);
    expect(rig.state().openPolls).toBe(1);
    await rig.clock.advance(1);
    expect(rig.state().openPolls).toBe(0);
  });

  it('gets the 409 of the next poll, which uses up the immediate one', async () => {
    const rig = startRig();
    (await rig.poll({ timeout: 30 })).hangUp();
    const next = await rig.poll({ timeout: 30 });
    const third = await rig.poll({ timeout: 30 });
    expect(next.answer).toBeUndefined();
    expect(third.answer).toBeUndefined();
    expect(rig.state().recentConflicts).toMatchObject([
      { ghost: true, delayed: false },
      { ghost: false, delayed: true },
    ]);
    await rig.clock.advance(handOverMs);
    // The ghost is no second program; the third call beside the next is.
    expect(rig.state().overlaps).toBe(1);
  });
});

describe('an overlap of two polls', () => {
  it('is recorded with its duration', async () => {
    const rig = startRig();
    const first = await rig.poll({ offset: 1, timeout: 30 });
    await rig.clock.advance(1000);
    await rig.poll({ offset: 2, timeout: 10 });
    await rig.poll({ offset: 3, timeout: 10 });
    await rig.clock.advance(400);
    expect(rig.state().recentOverlaps.map(({ overlapMs }) => overlapMs)).toEqual([0, undefined]);
    expect(first.answer).toMatchObject({ error_code: 409 });
  });

  it.each([
    [handOverMs - 1, 0],
    [handOverMs, 1],
  ])('when the elder is noticed to hang up %i ms later counts %i times', async (afterMs, overlaps) => {
    const rig = startRig();
    const elder = await rig.poll({ offset: 1, timeout: 30 });
    await rig.poll({ offset: 2, timeout: 30 });
    await rig.clock.advance(afterMs);
    elder.hangUp();
    await rig.clock.advance(1000);
    expect(rig.state().overlaps).toBe(overlaps);
  });
});

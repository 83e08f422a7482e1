import { describe, expect, it } from 'vitest';
import { queueUpdatesMax, UpdateQueue } from '../../../services/lab/telegram-emulator/update-queue.ts';
import { message, startRig } from './emulator-fixture.ts';

describe('rule 3: only a positive offset confirms, and all updates below it', () => {
  it('deletes below the offset and returns the rest, ascending', async () => {
    const rig = startRig();
    rig.pushIds(100, 101, 102, 103);
    expect(await rig.ids({ offset: 102 })).toEqual([102, 103]);
    expect(rig.state()).toMatchObject({ pending: 2, confirmed: 2, confirmedIds: [100, 101] });
  });

  it('never deletes by delivery alone', async () => {
    const rig = startRig();
    rig.pushIds(100, 101);
    expect(await rig.ids()).toEqual([100, 101]);
    expect(await rig.ids()).toEqual([100, 101]);
    expect(rig.state()).toMatchObject({ pending: 2, confirmed: 0, delivered: 4 });
  });

  it('deletes before the call waits', async () => {
    const rig = startRig();
    rig.pushIds(100);
    const poll = await rig.poll({ offset: 101, timeout: 30 });
    expect(poll.answer).toBeUndefined();
    expect(rig.state()).toMatchObject({ pending: 0, confirmedIds: [100] });
  });

  it('returns no more than the limit, the oldest first', async () => {
    const rig = startRig();
    rig.pushIds(...Array.from({ length: 150 }, (_, index) => 1 + index));
    expect(await rig.ids({ offset: 11, limit: 3 })).toEqual([11, 12, 13]);
    expect(await rig.ids({ offset: 20 })).toHaveLength(100);
  });
});

describe('rule 4: an offset out of range', () => {
  it('more than 10 past the next id means the head, and deletes nothing', async () => {
    const rig = startRig();
    rig.pushIds(100, 101);
    expect(await rig.ids({ offset: 102 + 11 })).toEqual([100, 101]);
    expect(await rig.ids({ offset: 2 ** 31 - 1 })).toEqual([100, 101]);
    expect(rig.state().confirmed).toBe(0);
  });

  it('far below the head means the head', async () => {
    const rig = startRig();
    rig.pushIds(500_000);
    expect(await rig.ids({ offset: 1 })).toEqual([500_000]);
  });

  it.each([0, 1, 10])('%i past the next id wipes the queue', async (past) => {
    const rig = startRig();
    rig.pushIds(100, 101);
    expect(await rig.ids({ offset: 102 + past })).toEqual([]);
    expect(rig.state()).toMatchObject({ pending: 0, confirmedIds: [100, 101] });
  });

  it('one too high loses the next update', async () => {
    const rig = startRig();
    rig.pushIds(100);
    const poll = await rig.poll({ offset: 102, timeout: 30 });
    rig.push(message());
    await rig.clock.advance(2);
    expect(poll.ids).toEqual([]);
    expect(rig.state()).toMatchObject({ pending: 0, confirmedIds: [100, 101] });
  });
});

describe('rules 5 and 6: offsets of 0 and below', () => {
  it('0 means the head and deletes nothing', async () => {
    const rig = startRig();
    rig.pushIds(100, 101);
    expect(await rig.ids({ offset: 0 })).toEqual([100, 101]);
    expect(rig.state().pending).toBe(2);
  });

  it('−N keeps the newest N, deletes older ones for good, and answers from the head', async () => {
    const rig = startRig();
    rig.pushIds(100, 101, 102);
    expect(await rig.ids({ offset: -2 })).toEqual([101, 102]);
    expect(await rig.ids({ offset: 0 })).toEqual([101, 102]);
    expect(rig.state()).toMatchObject({ pending: 2, confirmed: 0, dropped: 1 });
  });

  it('−1 leaves one unconfirmed update', async () => {
    const rig = startRig();
    rig.pushIds(100, 101, 102);
    expect(await rig.ids({ offset: -1 })).toEqual([102]);
    expect(rig.state().pending).toBe(1);
  });

  it('−N beyond the queue’s length deletes nothing', async () => {
    const rig = startRig();
    rig.pushIds(100, 101);
    expect(await rig.ids({ offset: -50 })).toEqual([100, 101]);
  });
});

describe('rule 16: ids', () => {
  it.each([
    [0, 2_000_001],
    [0.999999999, 999_999_999],
  ])('the first is random: %d gives %d', (unit, id) => {
    expect(startRig({ unit }).push(message())).toEqual([id]);
  });

  it('grow by one, even after everything was confirmed', async () => {
    const rig = startRig();
    const [first] = rig.push(message()) as [number];
    expect(rig.push(message())).toEqual([first + 1]);
    await rig.ids({ offset: first + 2 });
    expect(rig.push(message())).toEqual([first + 2]);
  });

  it('are kept if given, with gaps', async () => {
    const rig = startRig();
    expect(rig.push({ update_id: 10, ...message() }, message(), { update_id: 90, ...message() })).toEqual([
      10, 11, 90,
    ]);
    expect(await rig.ids()).toEqual([10, 11, 90]);
  });

  it('are inserted at their place if merely out of order', async () => {
    const rig = startRig();
    rig.pushIds(10, 30, 20);
    expect(await rig.ids()).toEqual([10, 20, 30]);
    expect(rig.push(message())).toEqual([31]);
  });

  it('can go down: the high offset of the old run neither deletes nor hides the new one', async () => {
    const rig = startRig();
    rig.pushIds(900_000);
    expect(await rig.ids({ offset: 900_001 })).toEqual([]);
    rig.pushIds(400);
    expect(await rig.ids({ offset: 900_001 })).toEqual([400]);
    expect(await rig.ids({ offset: 401 })).toEqual([]);
    expect(rig.state().confirmedIds).toEqual([900_000, 400]);
  });

  it('that go down while delivered updates wait are served when those are confirmed, and none is lost', async () => {
    const rig = startRig();
    rig.pushIds(900_000, 900_001);
    expect(await rig.ids()).toEqual([900_000, 900_001]);
    rig.pushIds(400);
    expect(rig.push(message())).toEqual([401]);
    expect(rig.state()).toMatchObject({ pending: 4, pendingIds: [900_000, 900_001, 400, 401] });
    expect(await rig.ids({ offset: 900_001 })).toEqual([900_001]);
    expect(await rig.ids({ offset: 900_002 })).toEqual([400, 401]);
    expect(await rig.ids({ offset: 402 })).toEqual([]);
  });

  it('start over when they are used up', () => {
    const rig = startRig({ unit: 0 });
    rig.pushIds(1_999_999_998);
    expect(rig.push(message())).toEqual([2_000_001]);
  });

  it('that repeat are served as separate updates', async () => {
    const rig = startRig();
    rig.pushIds(5000);
    expect(await rig.ids()).toEqual([5000]);
    rig.pushIds(5000);
    expect(rig.state().pending).toBe(2);
  });
});

describe('rule 17: a full queue', () => {
  it('drops new updates until there is room again', async () => {
    const rig = startRig();
    const [first] = rig.push(...Array.from({ length: queueUpdatesMax }, () => message())) as [number];
    expect(rig.push(message())).toEqual([null]);
    expect(rig.state()).toMatchObject({ pending: queueUpdatesMax, vanished: 1 });
    await rig.ids({ offset: first + 1 });
    expect(rig.push(message())).toEqual([first + queueUpdatesMax]);
  });

  it('is bounded in bytes too, and so is each update', () => {
    const queue = new UpdateQueue({ unit: () => 0, token: () => '' });
    const big = `"message":"${'x'.repeat(2 ** 19 - 20)}"`;
    const ids = Array.from({ length: 300 }, () => queue.push({ json: big, lifetimeMs: 1e9 }, 0));
    expect(ids.filter((id) => id !== undefined).length).toBe(256);
    expect(queue.push({ json: 'x'.repeat(2 ** 19 + 1), lifetimeMs: 1e9 }, 0)).toBeUndefined();
    queue.fetch({ offset: (ids[0] ?? 0) + 1, limit: 1 }, 0);
    expect(queue.push({ json: big, lifetimeMs: 1e9 }, 0)).toBe((ids[255] ?? 0) + 1);
    expect(queue.push({ json: big, lifetimeMs: 1e9 }, 0)).toBeUndefined();
  });
});

describe('rule 18: expiry', () => {
  it.each([
    ['message', 86_400],
    ['edited_message', 86_400],
    ['callback_query', 150],
    ['shipping_query', 150],
    ['pre_checkout_query', 150],
    ['chosen_inline_result', 600],
    ['inline_query', 30],
  ])('%s waits %i s', async (kind, seconds) => {
    const rig = startRig();
    rig.push({ [kind]: { id: 'x' } });
    await rig.clock.advance(seconds * 1000);
    expect(rig.state()).toMatchObject({ pending: 1, expired: 0 });
    await rig.clock.advance(1);
    expect(rig.state()).toMatchObject({ pending: 0, expired: 1 });
    expect(await rig.ids()).toEqual([]);
  });

  it('removes only due updates from the middle', async () => {
    const rig = startRig();
    rig.push(
      { update_id: 1, ...message() },
      { update_id: 2, inline_query: {} },
      { update_id: 3, ...message() },
    );
    await rig.clock.advance(31_000);
    expect(await rig.ids()).toEqual([1, 3]);
  });
});

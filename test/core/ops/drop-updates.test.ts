import { beforeEach, describe, expect, it } from 'vitest';
import { dropUpdates } from '../../../services/core/ops/drop-updates.ts';
import { BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import { QueueError } from '../../../services/core/queue/updates-queue.ts';
import { OpsFixture } from '../../support/ops-fixture.ts';
import { emptyQueue, QueueDouble } from '../../support/queue-view.ts';

let fixture: OpsFixture;
const drop = () => dropUpdates({ ...fixture.context, reason: { who: 'anna', why: 'a test' } });
beforeEach(async () => {
  fixture = await OpsFixture.open();
});

describe('dropUpdates', () => {
  it('counts what waits, then deletes it with a call that works while another process polls', async () => {
    expect(await drop()).toEqual({ droppedUpdates: 12, webhookRemoved: false });
    expect(fixture.calls).toEqual(['getWebhookInfo {}', 'deleteWebhook {"drop_pending_updates":true}']);
  });

  it('audits how many were dropped, and the host of a webhook that was removed', async () => {
    fixture.webhookUrl = 'https://hooks.example/a-secret';
    expect(await drop()).toEqual({ droppedUpdates: 12, webhookRemoved: true });
    expect(await fixture.audit()).toMatchObject([
      { event: 'dropped', who: 'anna', why: 'a test', before: '12 pending, webhook at hooks.example' },
    ]);
  });

  describe('in queue mode', () => {
    let queue: QueueDouble;
    beforeEach(() => {
      queue = new QueueDouble();
      queue.view = { ...emptyQueue, visible: 3, inFlight: 2 };
      fixture.updatesQueue = queue;
    });

    it('purges the updates queue too, counts what it held, and audits both', async () => {
      expect(await drop()).toEqual({ droppedUpdates: 12, webhookRemoved: false, purgedMessages: 5 });
      expect(queue.purges).toBe(1);
      expect(await fixture.audit()).toMatchObject([
        { event: 'dropped', before: '12 pending' },
        { event: 'dropped', who: 'anna', before: 'about 5 in the updates queue', after: 'purged' },
      ]);
    });

    it('drops nothing at all if the queue was purged within the last minute', async () => {
      queue.purgeAnswer = 'too soon';
      await expect(drop()).rejects.toMatchObject({
        code: 'PURGE_TOO_SOON',
        message: expect.stringMatching(/once a minute.*nothing was dropped; try again in a minute$/),
      });
      expect(fixture.calls).toEqual([]);
      expect(await fixture.audit()).toEqual([]);
    });

    it('drops nothing at all if the queue does not answer', async () => {
      queue.failure = new QueueError('look', 'queue', new Error('away'));
      await expect(drop()).rejects.toBe(queue.failure);
      expect([queue.purges, fixture.calls]).toEqual([0, []]);
    });

    it('says what is gone if Telegram refuses afterwards', async () => {
      fixture.telegramFailure = new BotApiRefusedError('getWebhookInfo', { status: 500, description: 'no' });
      await expect(drop()).rejects.toMatchObject({
        code: 'BOT_API_REFUSED',
        message: expect.stringMatching(
          /^the updates queue was purged \(about 5 .*\); at Telegram nothing may be dropped: /,
        ),
      });
      expect(await fixture.audit()).toMatchObject([{ before: 'about 5 in the updates queue' }]);
    });

    it('is a failure that the caller is told of', async () => {
      queue.failure = new QueueError('look', 'queue', new Error('away'));
      expect(await fixture.ask({ action: 'drop-updates' })).toMatchObject({
        ok: false,
        error: {
          code: 'QUEUE_FAILED',
          message: expect.stringMatching(/^queue look: .*; check UPDATES_QUEUE_URL/),
        },
      });
    });
  });

  it('deletes and audits nothing if Telegram refuses', async () => {
    fixture.telegramFailure = new BotApiRefusedError('getWebhookInfo', { status: 500, description: 'no' });
    await expect(drop()).rejects.toBe(fixture.telegramFailure);
    expect(fixture.calls).toEqual(['getWebhookInfo {}']);
    expect(await fixture.audit()).toEqual([]);
  });
});

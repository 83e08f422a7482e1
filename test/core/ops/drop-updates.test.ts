import { beforeEach, describe, expect, it } from 'vitest';
import { dropUpdates } from '../../../services/core/ops/drop-updates.ts';
import { BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import { OpsFixture } from '../../support/ops-fixture.ts';

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

  it('deletes and audits nothing if Telegram refuses', async () => {
    fixture.telegramFailure = new BotApiRefusedError('getWebhookInfo', { status: 500, description: 'no' });
    await expect(drop()).rejects.toBe(fixture.telegramFailure);
    expect(fixture.calls).toEqual(['getWebhookInfo {}']);
    expect(await fixture.audit()).toEqual([]);
  });
});

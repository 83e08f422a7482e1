import { describe, expect, it } from 'vitest';
import { conflictTexts } from '../../../services/lab/telegram-emulator/errors.ts';
import { message, startRig } from './emulator-fixture.ts';

const url = 'https://example.test/hook';

describe('rule 13: a webhook', () => {
  it('refuses getUpdates', async () => {
    const rig = startRig();
    expect(await rig.call('setWebhook', { url })).toEqual({
      ok: true,
      result: true,
      description: 'Webhook was set',
    });
    expect((await rig.poll({ timeout: 0 })).answer).toEqual({
      ok: false,
      error_code: 409,
      description: conflictTexts.webhookActive,
    });
  });

  it('ends a parked poll', async () => {
    const rig = startRig();
    const poll = await rig.poll({ timeout: 30 });
    await rig.call('setWebhook', { url });
    expect(poll.answer).toMatchObject({ error_code: 409, description: conflictTexts.setWebhook });
  });

  it('makes updates wait until it is removed', async () => {
    const rig = startRig();
    await rig.call('setWebhook', { url });
    rig.pushIds(1);
    await rig.call('deleteWebhook');
    expect(await rig.ids()).toEqual([1]);
  });

  it('gets another answer if it is already set', async () => {
    const rig = startRig();
    await rig.call('setWebhook', { url });
    expect(await rig.call('setWebhook', { url })).toMatchObject({ description: 'Webhook is already set' });
    expect(await rig.call('setWebhook', { url, max_connections: 3 })).toMatchObject({
      description: 'Webhook was set',
    });
  });

  it.each([
    [{ url: 'http://example.test/' }, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook'],
    [{ url: 'https://' }, 'Bad Request: invalid webhook URL specified'],
    [
      { url: 'https://example.test:81/' },
      'Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
    ],
    [{ url, secret_token: 'a b' }, 'Bad Request: secret token contains unallowed characters'],
    [{ url, secret_token: 'a'.repeat(257) }, 'Bad Request: secret token is too long'],
  ])('is refused for %o', async (args, description) => {
    const rig = startRig();
    expect(await rig.call('setWebhook', args)).toEqual({ ok: false, error_code: 400, description });
    expect(rig.state().webhook).toBeNull();
  });

  it('takes effect before its address is judged: the old one is gone, updates are dropped, the poll has ended', async () => {
    const rig = startRig();
    const poll = await rig.poll({ timeout: 30 });
    const bad = { url: 'http://example.test/', drop_pending_updates: true, allowed_updates: ['poll'] };
    await rig.call('setWebhook', { url });
    rig.pushIds(1);
    expect(await rig.call('setWebhook', bad)).toMatchObject({ error_code: 400 });
    expect(poll.answer).toMatchObject({ error_code: 409 });
    expect(rig.state()).toMatchObject({ webhook: null, pending: 0, allowedUpdates: ['poll'] });
  });

  it('keeps the wanted kinds of update if it is no address at all', async () => {
    const rig = startRig();
    await rig.call('setWebhook', { url });
    await rig.call('setWebhook', { url: 'https://', allowed_updates: ['poll'] });
    expect(rig.state()).toMatchObject({ webhook: null });
    expect(rig.state().allowedUpdates).toContain('message');
  });
});

describe('rule 14: deleteWebhook', () => {
  it.each([
    [true, 'Webhook was deleted'],
    [false, 'Webhook is already deleted'],
  ])('says whether one was set: %s', async (set, description) => {
    const rig = startRig();
    if (set) await rig.call('setWebhook', { url });
    expect(await rig.call('deleteWebhook')).toEqual({ ok: true, result: true, description });
  });

  it.each([true, 'True', '1', 'yes'])(
    'drops pending updates for %s, also when none was set',
    async (flag) => {
      const rig = startRig();
      rig.pushIds(1, 2);
      expect(await rig.call('deleteWebhook', { drop_pending_updates: flag })).toMatchObject({ ok: true });
      expect(rig.state()).toMatchObject({ pending: 0, dropped: 2, confirmed: 0 });
    },
  );

  it('reads allowed_updates if there is nothing else to do', async () => {
    const rig = startRig();
    await rig.call('deleteWebhook', { allowed_updates: ['poll'] });
    expect(rig.state().allowedUpdates).toEqual(['poll']);
    await rig.call('setWebhook', { url });
    await rig.call('deleteWebhook', { allowed_updates: ['message'] });
    await rig.call('deleteWebhook', { allowed_updates: ['message'], drop_pending_updates: true });
    expect(rig.state().allowedUpdates).toEqual(['poll']);
  });

  it('drops nothing unasked', async () => {
    const rig = startRig();
    rig.pushIds(1, 2);
    await rig.call('deleteWebhook', { drop_pending_updates: false });
    expect(rig.state().pending).toBe(2);
  });

  it('does not disturb a parked poll', async () => {
    const rig = startRig();
    const poll = await rig.poll({ timeout: 30 });
    await rig.call('deleteWebhook', { drop_pending_updates: true });
    expect(poll.answer).toBeUndefined();
    rig.pushIds(5);
    await rig.clock.advance(1);
    expect(poll.ids).toEqual([5]);
  });

  it('does the same as setWebhook without a url', async () => {
    const rig = startRig();
    await rig.call('setWebhook', { url });
    expect(await rig.call('setWebhook')).toMatchObject({ description: 'Webhook was deleted' });
  });

  it('rule 1: getUpdates itself ignores drop_pending_updates', async () => {
    const rig = startRig();
    rig.pushIds(1, 2);
    expect(await rig.ids({ drop_pending_updates: true })).toEqual([1, 2]);
    expect(rig.state().pending).toBe(2);
  });
});

describe('rule 19: allowed_updates', () => {
  const push = (rig: ReturnType<typeof startRig>): boolean[] =>
    rig.push(message(), { callback_query: { id: '1' } }, { chat_member: {} }).map((id) => id !== null);

  it('is all but three kinds by default', () => {
    const rig = startRig();
    expect(push(rig)).toEqual([true, true, false]);
    expect(
      rig.push({ message_reaction: {} }, { message_reaction_count: {} }, { my_chat_member: {} }),
    ).toEqual([null, null, expect.any(Number)]);
    expect(rig.state().filtered).toBe(3);
  });

  it('is kept for later calls without one', async () => {
    const rig = startRig();
    await rig.poll({ allowed_updates: ['chat_member', 'MESSAGE'] });
    await rig.poll({});
    expect(push(rig)).toEqual([true, false, true]);
  });

  it.each(['not json', '{"a":1}', '[1]', 'null', '"message"'])('is unchanged by %s', async (invalid) => {
    const rig = startRig();
    await rig.poll({ allowed_updates: ['callback_query'] });
    await rig.poll({ allowed_updates: invalid });
    expect(push(rig)).toEqual([false, true, false]);
  });

  it.each(['[]', '["no_such_kind"]'])('is the default again for %s', async (value) => {
    const rig = startRig();
    await rig.poll({ allowed_updates: ['chat_member'] });
    await rig.poll({ allowed_updates: value });
    expect(push(rig)).toEqual([true, true, false]);
  });

  it('does not affect queued updates', async () => {
    const rig = startRig();
    rig.pushIds(1);
    expect((await rig.poll({ allowed_updates: ['callback_query'] })).ids).toEqual([1]);
  });

  it('does not wake a parked poll for a filtered update', async () => {
    const rig = startRig();
    const poll = await rig.poll({ timeout: 30, allowed_updates: ['callback_query'] });
    rig.push(message());
    await rig.clock.advance(10);
    expect(poll.answer).toBeUndefined();
  });
});

describe('rule 20: getWebhookInfo', () => {
  it('counts delivered but unconfirmed updates', async () => {
    const rig = startRig();
    rig.pushIds(1, 2, 3);
    await rig.ids({ offset: 2 });
    expect(await rig.call('getWebhookInfo')).toEqual({
      ok: true,
      result: { url: '', has_custom_certificate: false, pending_update_count: 2 },
    });
  });

  it('returns a webhook’s settings', async () => {
    const rig = startRig();
    const settings = { url, ip_address: '192.0.2.1', max_connections: 500, allowed_updates: ['message'] };
    await rig.call('setWebhook', settings);
    expect(await rig.call('getWebhookInfo')).toMatchObject({
      result: { ...settings, max_connections: 100, pending_update_count: 0 },
    });
  });
});

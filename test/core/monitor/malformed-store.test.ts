import { beforeEach, describe, expect, it } from 'vitest';
import { BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import { MonitorFixture } from '../../support/monitor-fixture.ts';

const minuteMs = 60_000;
const refused = new BotApiRefusedError('sendMessage', { status: 500, description: 'no' });
let fixture: MonitorFixture;
beforeEach(async () => {
  fixture = await MonitorFixture.begin();
  fixture.failures.set('101', refused);
  await fixture.goDown();
  fixture.failures.clear();
});

const titlesTo = (chatId: string): string[] =>
  fixture.telegrams.filter((one) => one.chatId === chatId).map(({ text }) => text.split('\n')[0] ?? '');

/** A failed run would leave these undelivered. */
async function expectAllDelivered(): Promise<void> {
  expect((await fixture.run()).oldestUndeliveredSeconds).toBeGreaterThanOrEqual(0);
  expect(titlesTo('101')[0]).toMatch(/^🔴 Бот молчит \d/);
  await fixture.runAfter(minuteMs);
  await fixture.beat();
  expect(await fixture.runAfter(minuteMs)).toMatchObject({ outageId: null });
  for (const id of ['101', '102']) expect(titlesTo(id)).toContain('🟢 Бот снова работает');
}

/** Anyone with the store's token can write there, by mistake or by hand. */
describe('a store with foreign values still delivers every alert', () => {
  const digits = (count: number): string => '9'.repeat(count);
  const values = ['', 'abc', '-1', digits(16), digits(400)];
  const times = [
    'since_ms',
    'opened_ms',
    'recovered_ms',
    'reminder',
    'restart',
    'first_run_ms',
    'malformed_since_ms',
  ];
  const kinds = ['another-poller', 'dead-letters', 'lock-without-expiry', 'lock-broken', 'manual-action'];
  const reportedWarnings = ['abc', '|', `5|${digits(17)}-0`, `${digits(400)}|${digits(400)}`];
  const memory = [
    ...times.flatMap((field) => values.map((value) => [field, value] as const)),
    ...kinds.flatMap((kind) => reportedWarnings.map((value) => [`notice:${kind}`, value] as const)),
  ];

  it.each(memory)('foreign value in the outage record: %s %s', async (field, value) => {
    await fixture.store.command(['HSET', fixture.keys.outage, field, value]);
    await fixture.store.command(['HSET', fixture.keys.dead, '7', '']);
    await fixture.store.command(['SET', fixture.keys.lock, '']);
    fixture.store.nowMs += fixture.settings.reminderMs;
    await expectAllDelivered();
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('foreign value in part %i of a delivery', async (part) => {
    const outageId = await fixture.flag();
    const events = ['down', 'reminder-1', 'reminder', 'restart', 'notice', 'recovered', ''];
    for (const state of ['pending', 'claimed']) {
      for (const [index, value] of values.entries()) {
        for (const event of events) {
          const record = [state, '0', '1', '0', '0', '', '', '0', '', '{"kind":"lock-broken"}'];
          record[part] = value;
          const field = `${outageId}|${event}|TELEGRAM|${state}-${index}`;
          await fixture.store.command(['HSET', fixture.keys.deliveries, field, record.join('|')]);
        }
      }
    }
    fixture.store.nowMs += minuteMs;
    await expectAllDelivered();
  });
});

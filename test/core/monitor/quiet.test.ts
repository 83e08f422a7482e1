/** Snooze, acknowledgement, and recipients whom Telegram refuses. */
import { beforeEach, describe, expect, it } from 'vitest';
import { BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import { MonitorFixture } from '../../support/monitor-fixture.ts';

const minuteMs = 60_000;
let fixture: MonitorFixture;
beforeEach(async () => {
  fixture = await MonitorFixture.begin();
});

const titlesTo = (chatId: string): string[] =>
  fixture.telegrams.filter((one) => one.chatId === chatId).map(({ text }) => text.split('\n')[0] ?? '');
const everything = (): number => fixture.telegrams.length + fixture.published.length;
const by = { who: 'anna', why: 'a deploy' };

describe('while alerts are snoozed', () => {
  const snooze = (minutes: number) =>
    fixture.ports.outages.snooze(`request-${minutes}`, minutes * minuteMs, by);

  it('an outage is recorded, and nobody is told, nor is anything restarted', async () => {
    fixture.settings = { ...fixture.settings, autoRestartMs: minuteMs };
    await snooze(30);
    await fixture.goDown();
    const report = await fixture.runAfter(11 * minuteMs);
    expect(await fixture.flag()).toBe(report.outageId);
    expect(await fixture.auditEvents()).toEqual(['snoozed', 'outage']);
    expect(everything()).toBe(0);
    expect(await fixture.inbox('101')).toEqual([]);
    expect(fixture.restarts).toBe(0);
    expect(report.oldestUndeliveredSeconds).toBe(0);
  });

  it('an outage that is still open at its end is told then', async () => {
    await snooze(30);
    await fixture.goDown();
    await fixture.runAfter(25 * minuteMs);
    expect(titlesTo('101')).toEqual(['🔴 Бот молчит 30 мин']);
    expect(fixture.published).toHaveLength(1);
  });

  it('an outage that is over by its end is never told', async () => {
    await snooze(30);
    await fixture.goDown();
    await fixture.beat();
    await fixture.runAfter(1000);
    fixture.store.nowMs += 30 * minuteMs;
    await fixture.beat();
    await fixture.run();
    expect(everything()).toBe(0);
  });

  it('a recovery is told afterwards to those who know of the outage', async () => {
    await fixture.goDown();
    await snooze(10);
    await fixture.beat();
    await fixture.runAfter(1000);
    expect(titlesTo('101')).toHaveLength(1);
    fixture.store.nowMs += 10 * minuteMs;
    await fixture.beat();
    await fixture.run();
    expect(titlesTo('101')).toEqual(['🔴 Бот молчит 5 мин', '🟢 Бот снова работает']);
  });

  it('0 minutes end it', async () => {
    await snooze(30);
    await fixture.goDown();
    expect(await snooze(0)).toBeNull();
    await fixture.runAfter(1000);
    expect(titlesTo('101')).toHaveLength(1);
    expect(await fixture.auditEvents()).toEqual(['snoozed', 'outage', 'snoozed']);
  });
});

describe('someone who is on it', () => {
  const acknowledge = async () => {
    const { memory } = await fixture.ports.outages.observe({ noteRun: false });
    const who = { who: 'the link sent to 101', why: 'a button' };
    return fixture.ports.outages.acknowledge(memory.outage?.id ?? '', who);
  };

  it('is named to the others, stops the reminders of this outage, and is audited', async () => {
    await fixture.goDown();
    expect(await acknowledge()).toEqual({ by: 'the link sent to 101', isNew: true });
    await fixture.runAfter(minuteMs);
    expect(titlesTo('102')).toEqual(['🔴 Бот молчит 5 мин', '🙋 Сбоем уже занимаются']);
    expect(fixture.telegrams.at(-1)?.text).toContain('под оповещением, отправленным 101');
    expect(titlesTo('101')).toHaveLength(1);
    expect(await fixture.inbox('101')).toHaveLength(1);
    expect(await fixture.inbox('102')).toHaveLength(2);
    expect(fixture.published).toHaveLength(2);
    await fixture.runAfter(fixture.settings.reminderMs);
    expect(titlesTo('102')).toHaveLength(2);
    expect(await fixture.auditEvents()).toEqual(['outage', 'acknowledged']);
  });

  it('hears like the others that the bot works again, and of the next outage', async () => {
    await fixture.goDown();
    await acknowledge();
    await fixture.beat();
    await fixture.runAfter(minuteMs);
    expect(titlesTo('101').at(-1)).toBe('🟢 Бот снова работает');
    fixture.store.nowMs += 30 * minuteMs;
    await fixture.beat();
    await fixture.run();
    await fixture.runAfter(6 * minuteMs);
    await fixture.runAfter(fixture.settings.reminderMs);
    expect(titlesTo('101').at(-1)).toContain('всё ещё молчит');
  });

  it('is too late once the outage is over', async () => {
    await fixture.goDown();
    await fixture.beat();
    await fixture.runAfter(minuteMs);
    expect(await acknowledge()).toBeUndefined();
  });
});

describe.each([
  ['who blocked the bot', 403, 'Forbidden: bot was blocked by the user'],
  ['who never started it', 400, 'Bad Request: chat not found'],
] as const)('a superadmin %s', (_name, status, description) => {
  beforeEach(() => {
    fixture.failures.set('102', new BotApiRefusedError('sendMessage', { status, description }));
  });

  it('counts as unreachable, and is named to the others within a minute', async () => {
    expect((await fixture.goDown()).unreachable).toEqual(['102']);
    expect((await fixture.runAfter(minuteMs)).unreachable).toEqual(['102']);
    const warning = '🟠 До суперадминов не доходят сообщения';
    expect(titlesTo('101')).toEqual(['🔴 Бот молчит 5 мин', warning]);
    expect(fixture.telegrams.at(-1)?.text).toContain('Не получают сообщений в Telegram: 102');
    expect(await fixture.inbox('102')).toContain(warning);
    await fixture.runAfter(fixture.settings.reminderMs);
    expect(titlesTo('101')).toHaveLength(3);
    expect(fixture.telegrams.at(-1)?.text).toContain('Не получают сообщений в Telegram: 102');
  });

  it('counts no more once Telegram takes a message again, or no longer a superadmin', async () => {
    await fixture.goDown();
    fixture.settings = { ...fixture.settings, superadminIds: ['101'] };
    expect((await fixture.runAfter(minuteMs)).unreachable).toEqual([]);
    fixture.settings = { ...fixture.settings, superadminIds: ['101', '102'] };
    expect((await fixture.runAfter(minuteMs)).unreachable).toEqual(['102']);
    fixture.failures.clear();
    expect((await fixture.runAfter(minuteMs)).unreachable).toEqual([]);
    fixture.store.ran.length = 0;
    await fixture.runAfter(minuteMs);
    expect(fixture.store.ran).toEqual(['watch-bot-10']);
  });
});

it('a superadmin whose message is refused for its text is not unreachable', async () => {
  const refusal = { status: 400, description: 'Bad Request: message is too long' };
  fixture.failures.set('102', new BotApiRefusedError('sendMessage', refusal));
  expect((await fixture.goDown()).unreachable).toEqual([]);
});

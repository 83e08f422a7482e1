import { beforeEach, describe, expect, it } from 'vitest';
import { MonitorFixture } from '../../support/monitor-fixture.ts';

const minuteMs = 60_000;
let fixture: MonitorFixture;
beforeEach(async () => {
  fixture = await MonitorFixture.begin();
});

const shortTitles = (titles: readonly string[]): string[] =>
  titles.map((title) => title.replace(/[ :]+\d.*/, ''));
const telegramsTo = (chatId: string): string[] =>
  shortTitles(
    fixture.telegrams.filter((one) => one.chatId === chatId).map(({ text }) => text.split('\n')[0] ?? ''),
  );
const down = '🔴 Бот молчит';
const back = '🟢 Бот снова работает';
const unstable = '🟠 Бот работает с перебоями: сбоев с';
const stable = '🟢 Бот снова работает стабильно';

/** A run each minute; the bot beats whenever `beats` says so. */
async function minutes(count: number, beats: (minute: number) => boolean): Promise<void> {
  for (let minute = 1; minute <= count; minute += 1) {
    fixture.store.nowMs += minuteMs;
    if (beats(minute)) await fixture.beat();
    await fixture.run();
  }
}
const never = (): boolean => false;
const always = (): boolean => true;
/** One beat every seven minutes. */
const flapping = (minute: number): boolean => minute % 7 === 0;

describe('a bot with one beat every seven minutes', () => {
  beforeEach(async () => {
    await fixture.beat();
    await fixture.run();
  });

  it('is told three times in an hour, to everyone and everywhere', async () => {
    await minutes(60, flapping);
    expect(telegramsTo('101')).toEqual([down, back, unstable]);
    expect(telegramsTo('102')).toEqual([down, back, unstable]);
    expect(shortTitles((await fixture.inbox('101')).toReversed())).toEqual([down, back, unstable]);
    expect(fixture.published.map(({ subject }) => subject)).toEqual([
      'StaffProBot is down',
      'StaffProBot works again',
      'StaffProBot is unstable',
    ]);
    const events = await fixture.auditEvents();
    expect(events.filter((event) => event === 'outage')).toHaveLength(8);
  });

  it('is told to be stable again once it has worked for 15 minutes', async () => {
    await minutes(60, flapping);
    await minutes(10, always);
    expect(telegramsTo('101')).toEqual([down, back, unstable]);
    await minutes(1, always);
    expect(telegramsTo('101')).toEqual([down, back, unstable, stable]);
    expect(fixture.telegrams.at(-1)?.text).toContain('Сбоев: 8, с 03:00 до ');
    await minutes(120, always);
    expect(telegramsTo('101')).toHaveLength(4);
    await minutes(6, never);
    expect(telegramsTo('101').at(-1)).toBe(down);
  });

  it('is told to be down once that lasts longer than 15 minutes, and back as soon as it is', async () => {
    await minutes(20, flapping);
    await minutes(14, never);
    expect(telegramsTo('101')).toEqual([down, back, unstable]);
    await minutes(8, never);
    expect(telegramsTo('101')).toEqual([down, back, unstable, down]);
    expect(fixture.telegrams.at(-1)?.text).toContain('Перебои с 03:00 UTC, сбоев: 3');
    await minutes(1, always);
    expect(telegramsTo('101').at(-1)).toBe(back);
    expect(fixture.telegrams.at(-1)?.text).toContain('Следующее сообщение');
    await minutes(30, flapping);
    expect(telegramsTo('101')).toHaveLength(5);
    await minutes(75, always);
    expect(telegramsTo('101').slice(5)).toEqual([stable]);
  });

  it('clears the flag at each recovery and sets it at each outage, though nothing is told', async () => {
    await minutes(20, flapping);
    expect(await fixture.flag()).toMatch(/^outage-/);
    await minutes(1, always);
    expect(await fixture.flag()).toBeNull();
    const sent = fixture.telegrams.length;
    await minutes(6, never);
    expect(await fixture.flag()).toMatch(/^outage-/);
    expect(fixture.telegrams).toHaveLength(sent);
  });

  it('is told to be stable only to those who know that it was not', async () => {
    fixture.telegrams.length = 0;
    fixture.failures.set('102', () => Promise.reject(new TypeError('no')));
    fixture.settings = { ...fixture.settings, superadminIds: ['101'] };
    await minutes(20, flapping);
    fixture.failures.clear();
    fixture.settings = { ...fixture.settings, superadminIds: ['101', '102'] };
    await minutes(20, always);
    expect(telegramsTo('101').at(-1)).toBe(stable);
    expect(telegramsTo('102')).toEqual([]);
  });
});

describe('reminders', () => {
  it('leave room for what must be told, however often they are wanted', async () => {
    fixture.settings = { ...fixture.settings, reminderMs: minuteMs };
    await fixture.goDown();
    await minutes(50, never);
    expect(telegramsTo('101')).toHaveLength(4);
    await minutes(1, always);
    expect(telegramsTo('101').at(-1)).toBe(back);
    await minutes(7, never);
    expect(telegramsTo('101').at(-1)).toBe(unstable);
    expect(telegramsTo('101')).toHaveLength(6);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { redisWarningStore } from '../../../services/adapters/redis/outage/warning-store.ts';
import { deadLetterIdsMax } from '../../../services/core/alerts/unreported-dead-letters.ts';
import { runMonitor } from '../../../services/core/monitor/monitor.ts';
import { automaticActors, linkActor } from '../../../services/core/platform/actors.ts';
import type { AuditEvent } from '../../../services/core/platform/audit-trail.ts';
import { BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import { MonitorFixture } from '../../support/monitor-fixture.ts';

const minuteMs = 60_000;
let fixture: MonitorFixture;
beforeEach(async () => {
  fixture = await MonitorFixture.begin();
  await fixture.beat();
  await fixture.run();
});

const titles = (chatId: string): string[] =>
  fixture.telegrams.filter((one) => one.chatId === chatId).map(({ text }) => text.split('\n')[0] ?? '');

/** Minutes in which the bot is well. */
async function pass(minutes: number): Promise<void> {
  for (let left = minutes; left > 0; left -= 1) {
    await fixture.beat();
    await fixture.runAfter(minuteMs);
  }
}

describe('another program that polls', () => {
  it('is reported through every channel while the bot works, once in half an hour', async () => {
    const { superadminIds } = fixture.settings;
    const warnings = redisWarningStore(fixture.store, fixture.keys, { superadminIds });
    for (let minute = 0; minute < 30; minute += 1) {
      await warnings.raise({ kind: 'another-poller', key: '', params: { host: 'h' } });
      await pass(1);
    }
    const title = '🟠 С тем же токеном поллит другая программа';
    expect(titles('101')).toEqual([title]);
    expect(await fixture.inbox('102')).toEqual([title]);
    expect(fixture.published.map(({ subject }) => subject)).toEqual([
      'StaffProBot: another program polls with its token',
    ]);
    await warnings.raise({ kind: 'another-poller', key: '', params: { host: 'h' } });
    await pass(1);
    expect(titles('101')).toEqual([title, title]);
    expect(await fixture.inbox('102')).toHaveLength(2);
  });
});

describe('dead letters', () => {
  const die = (...ids: readonly string[]) =>
    fixture.store.command(['HSET', fixture.keys.dead, ...ids.flatMap((id) => [id, '3 1 1 1 {}'])]);

  it('are reported once; later ones add up', async () => {
    await die('1');
    await pass(1);
    await die('2');
    await pass(5);
    await die('3');
    await pass(40);
    expect(titles('101')).toEqual([
      '🟠 Не удалось обработать сообщений: 1',
      '🟠 Не удалось обработать сообщений: 2',
    ]);
  });

  it('are reported even if another was put back in the meantime, in any order', async () => {
    await die('5');
    await pass(40);
    await fixture.store.command(['HDEL', fixture.keys.dead, '5']);
    await die('3');
    await pass(40);
    await fixture.store.command(['HDEL', fixture.keys.dead, '3']);
    await die('5', '4');
    await pass(40);
    expect(titles('101')).toEqual([
      '🟠 Не удалось обработать сообщений: 1',
      '🟠 Не удалось обработать сообщений: 1',
      '🟠 Не удалось обработать сообщений: 2',
    ]);
  });

  it('are counted if there are too many to list, and reported once', async () => {
    await die('1');
    await pass(1);
    await die(...Array.from({ length: deadLetterIdsMax }, (_, index) => String(index + 10)));
    await pass(70);
    await fixture.store.command(['HDEL', fixture.keys.dead, '1']);
    await pass(70);
    await die('9');
    await pass(40);
    expect(titles('101').map((title) => title.split(': ')[1])).toEqual(['1', String(deadLetterIdsMax), '1']);
  });

  it('are not reported again after some were cleared', async () => {
    await die('1', '2', '3');
    await pass(1);
    await fixture.store.command(['HDEL', fixture.keys.dead, '1', '2']);
    await pass(40);
    expect(titles('101')).toHaveLength(1);
    await die('9');
    await pass(1);
    expect(titles('101').at(-1)).toBe('🟠 Не удалось обработать сообщений: 1');
  });
});

describe('the lock', () => {
  it('without expiry is reported once, and again if it was fixed in between', async () => {
    const set = () => fixture.store.command(['SET', fixture.keys.lock, '{"host":"h","pid":7}']);
    await set();
    await pass(60);
    expect(titles('101')).toEqual(['🟠 У блокировки поллинга нет срока']);
    await fixture.store.command(['PEXPIRE', fixture.keys.lock, '1000']);
    await pass(2);
    await set();
    await pass(1);
    expect(titles('101')).toHaveLength(2);
  });

  it('broken by hand is reported with who and why, redacted; one broken for a stopped task is not', async () => {
    const entry = { event: 'broken', before: 'x', after: '' } as const;
    await fixture.ports.audit.append({ ...entry, event: 'task-stopped', who: 'ecs', why: 'x' });
    await pass(1);
    expect(titles('101')).toEqual([]);
    await fixture.ports.audit.append({ ...entry, who: 'анна', why: 'a-secret-in-an-error' });
    await pass(3);
    expect(titles('101')).toEqual(['🟠 Блокировку поллинга сняли принудительно']);
    expect(fixture.telegrams[0]?.text).toContain('Кто: анна\nПочему: [redacted]');
  });

  it('broken by hand is reported once even if ten runs meet at the same moment', async () => {
    await fixture.ports.audit.append({ event: 'broken', who: 'анна', why: 'x', before: '', after: '' });
    await Promise.all(Array.from({ length: 10 }, () => fixture.run()));
    expect(titles('101')).toHaveLength(1);
    expect(fixture.published).toHaveLength(1);
  });
});

describe('what a person did', () => {
  const entry = { why: 'x', before: '', after: '' };
  const append = (event: AuditEvent, who: string) => fixture.ports.audit.append({ ...entry, event, who });

  it('is told to every superadmin but whoever used the link, and to no topic', async () => {
    await append('revoked', linkActor('101'));
    await append('restarted', linkActor('101'));
    await pass(2);
    expect(titles('101')).toEqual([]);
    expect(await fixture.inbox('101')).toEqual([]);
    expect(titles('102')).toEqual(['🟠 Бота чинят вручную']);
    expect(await fixture.inbox('102')).toEqual(['🟠 Бота чинят вручную']);
    expect(fixture.telegrams[0]?.text).toContain(
      'Что: воркер перезапущен\nКто: ссылка, отправленная 101\nПочему: x\nДействий: 2',
    );
    expect(fixture.published).toEqual([]);
  });

  it.each<[AuditEvent, string]>([
    ['dropped', 'anna'],
    ['restarted', 'anna'],
  ])('is told to all: %s by %s', async (event, who) => {
    await append(event, who);
    await pass(2);
    expect(titles('101')).toHaveLength(1);
    expect(titles('102')).toHaveLength(1);
  });

  it.each<[AuditEvent, string]>([
    ['restarted', automaticActors.monitor],
    ['task-stopped', automaticActors.ecs],
    ['revoked', 'anna'],
    ['acquired', 'host h, pid 1, environment production'],
  ])('is not news: %s by %s', async (event, who) => {
    await append(event, who);
    await pass(2);
    expect(titles('102')).toEqual([]);
  });

  it('never floods: many actions within five minutes are one more message', async () => {
    for (let minute = 0; minute < 10; minute += 1) {
      for (let times = 0; times < 5; times += 1) await append('dropped', 'anna');
      await pass(1);
    }
    expect(titles('102')).toHaveLength(2);
    await pass(6);
    expect(titles('102')).toHaveLength(3);
    await pass(20);
    expect(titles('102')).toHaveLength(3);
  });
});

describe('a warning', () => {
  const raise = () =>
    fixture.ports.audit.append({ event: 'broken', who: 'анна', why: 'x', before: '', after: '' });

  it('costs no more scripts in later runs', async () => {
    await raise();
    await pass(1);
    fixture.store.ran.length = 0;
    await fixture.run();
    expect(fixture.store.ran).toEqual(['watch-bot-10']);
  });

  it('has no repair buttons', async () => {
    const asked: string[] = [];
    const buttons = async (_to: string, outageId: string) => {
      asked.push(outageId);
      return [];
    };
    await raise();
    await runMonitor({ ...fixture.ports, links: { buttons } }, fixture.settings, fixture.remainingMs);
    expect(titles('101')).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it('is retried with a growing delay while it fails, and given up after a day', async () => {
    let attempts = 0;
    fixture.failures.set('101', async () => {
      attempts += 1;
      throw new BotApiRefusedError('sendMessage', { status: 500, description: 'no' });
    });
    await raise();
    await pass(3);
    expect(attempts).toBe(3);
    await pass(57);
    // In the minutes 1, 2, 3, 4, then 2, 4, 8 minutes later, and then every ten: 6, 10, 18, 28, 38, 48, 58.
    expect(attempts).toBe(11);
    fixture.store.nowMs += 24 * 60 * minuteMs;
    await pass(2);
    fixture.failures.clear();
    await pass(12);
    expect(titles('101')).toEqual([]);
  });
});

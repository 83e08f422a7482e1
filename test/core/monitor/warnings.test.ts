import { beforeEach, describe, expect, it } from 'vitest';
import { redisWarningStore } from '../../../services/adapters/redis/outage/warning-store.ts';
import { deadLetterIdsMax } from '../../../services/core/alerts/unreported-dead-letters.ts';
import { runMonitor } from '../../../services/core/monitor/monitor.ts';
import { BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import { MonitorFixture } from '../../support/monitor-fixture.ts';

const minuteMs = 60_000;
let watch: MonitorFixture;
beforeEach(async () => {
  watch = await MonitorFixture.begin();
  await watch.beat();
  await watch.run();
});

const titles = (chatId: string): string[] =>
  watch.telegrams.filter((one) => one.chatId === chatId).map(({ text }) => text.split('\n')[0] ?? '');

/** Minutes in which the bot is well. */
async function pass(minutes: number): Promise<void> {
  for (let left = minutes; left > 0; left -= 1) {
    await watch.beat();
    await watch.runAfter(minuteMs);
  }
}

describe('another program that polls', () => {
  it('is told by every channel, with the bot at work, once in half an hour', async () => {
    const { superadminIds } = watch.settings;
    const notices = redisWarningStore(watch.store, watch.keys, { superadminIds });
    for (let minute = 0; minute < 30; minute += 1) {
      await notices.raise({ kind: 'another-poller', key: '', params: { host: 'h' } });
      await pass(1);
    }
    const title = '🟠 С тем же токеном поллит другая программа';
    expect(titles('101')).toEqual([title]);
    expect(await watch.inbox('102')).toEqual([title]);
    expect(watch.published.map(({ subject }) => subject)).toEqual([
      'StaffProBot: another program polls with its token',
    ]);
    await notices.raise({ kind: 'another-poller', key: '', params: { host: 'h' } });
    await pass(1);
    expect(titles('101')).toEqual([title, title]);
    expect(await watch.inbox('102')).toHaveLength(2);
  });
});

describe('dead updates', () => {
  const die = (...ids: readonly string[]) =>
    watch.store.command(['HSET', watch.keys.dead, ...ids.flatMap((id) => [id, '3 1 1 1 {}'])]);

  it('are told once, and what comes later adds up', async () => {
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

  it('are told although another was put back as one died, in whatever order', async () => {
    await die('5');
    await pass(40);
    await watch.store.command(['HDEL', watch.keys.dead, '5']);
    await die('3');
    await pass(40);
    await watch.store.command(['HDEL', watch.keys.dead, '3']);
    await die('5', '4');
    await pass(40);
    expect(titles('101')).toEqual([
      '🟠 Не удалось обработать сообщений: 1',
      '🟠 Не удалось обработать сообщений: 1',
      '🟠 Не удалось обработать сообщений: 2',
    ]);
  });

  it('are counted where there are too many to name, and told once', async () => {
    await die('1');
    await pass(1);
    await die(...Array.from({ length: deadLetterIdsMax }, (_, index) => String(index + 10)));
    await pass(70);
    await watch.store.command(['HDEL', watch.keys.dead, '1']);
    await pass(70);
    await die('9');
    await pass(40);
    expect(titles('101').map((title) => title.split(': ')[1])).toEqual(['1', String(deadLetterIdsMax), '1']);
  });

  it('are no news when some were cleared', async () => {
    await die('1', '2', '3');
    await pass(1);
    await watch.store.command(['HDEL', watch.keys.dead, '1', '2']);
    await pass(40);
    expect(titles('101')).toHaveLength(1);
    await die('9');
    await pass(1);
    expect(titles('101').at(-1)).toBe('🟠 Не удалось обработать сообщений: 1');
  });
});

describe('the lock', () => {
  it('without expiry is told once, and again when it was mended in between', async () => {
    const set = () => watch.store.command(['SET', watch.keys.lock, '{"host":"h","pid":7}']);
    await set();
    await pass(60);
    expect(titles('101')).toEqual(['🟠 У блокировки поллинга нет срока']);
    await watch.store.command(['PEXPIRE', watch.keys.lock, '1000']);
    await pass(2);
    await set();
    await pass(1);
    expect(titles('101')).toHaveLength(2);
  });

  it('broken by hand is told with who and why, redacted; by a stopped task it is not', async () => {
    const entry = { event: 'broken', before: 'x', after: '' } as const;
    await watch.ports.audit.append({ ...entry, who: 'ecs', why: 'its task stopped' });
    await pass(1);
    expect(titles('101')).toEqual([]);
    await watch.ports.audit.append({ ...entry, who: 'анна', why: 'a-secret-in-an-error' });
    await pass(3);
    expect(titles('101')).toEqual(['🟠 Блокировку поллинга сняли принудительно']);
    expect(watch.telegrams[0]?.text).toContain('Кто: анна\nПочему: [redacted]');
  });

  it('broken is told once by ten runs at the same moment', async () => {
    await watch.ports.audit.append({ event: 'broken', who: 'анна', why: 'x', before: '', after: '' });
    await Promise.all(Array.from({ length: 10 }, () => watch.run()));
    expect(titles('101')).toHaveLength(1);
    expect(watch.published).toHaveLength(1);
  });
});

describe('a notice', () => {
  const raise = () =>
    watch.ports.audit.append({ event: 'broken', who: 'анна', why: 'x', before: '', after: '' });

  it('costs nothing in the runs after it', async () => {
    await raise();
    await pass(1);
    watch.store.ran.length = 0;
    await watch.run();
    expect(watch.store.ran).toEqual(['watch-bot-9']);
  });

  it('has no buttons that repair an outage', async () => {
    const asked: string[] = [];
    const buttons = async (_to: string, outageId: string) => {
      asked.push(outageId);
      return [];
    };
    await raise();
    await runMonitor({ ...watch.ports, links: { buttons } }, watch.settings, watch.remainingMs);
    expect(titles('101')).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it('is tried with growing delay while it fails, and given up after a day', async () => {
    let attempts = 0;
    watch.failures.set('101', async () => {
      attempts += 1;
      throw new BotApiRefusedError('sendMessage', { status: 500, description: 'no' });
    });
    await raise();
    await pass(3);
    expect(attempts).toBe(3);
    await pass(57);
    // In the minutes 1, 2, 3, 4, then 2, 4, 8 minutes later, and then every ten: 6, 10, 18, 28, 38, 48, 58.
    expect(attempts).toBe(11);
    watch.store.nowMs += 24 * 60 * minuteMs;
    await pass(2);
    watch.failures.clear();
    await pass(12);
    expect(titles('101')).toEqual([]);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { byWhomText, eventText } from '../../../../functions/release-lock/pages/audit-text.ts';
import { auditReasons } from '../../../../functions/release-lock/pages/texts/audit-reasons.ts';
import { redisAuditTrail } from '../../../../services/adapters/redis/audit-trail.ts';
import { redisLockOverride } from '../../../../services/adapters/redis/lease/lock-override.ts';
import { redisLockStore } from '../../../../services/adapters/redis/lease/lock-store.ts';
import { redisOutageStore } from '../../../../services/adapters/redis/outage/outage-store.ts';
import { readHeartbeat } from '../../../../services/core/lease/heartbeat.ts';
import { lockValue } from '../../../../services/core/lease/lock-value.ts';
import { locales } from '../../../../services/core/platform/locale.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { type EmbeddedRunner, embeddedRunner } from '../../../support/embedded-runner.ts';

describe('an audit entry', () => {
  it.each([
    [
      'an acquisition',
      'host h1, pid 7, environment production',
      'the lock was free',
      'h1, pid 7, production: блокировка была свободна',
    ],
    [
      'an outage',
      'heartbeat-monitor',
      'no heartbeat for 301 s: nobody-holds-the-lock',
      'монитор: нет heartbeat 5 мин: никто не держит блокировку поллинга',
    ],
    [
      'a stopped task',
      'ecs',
      'its task stopped: OutOfMemoryError',
      'ECS: её задача остановилась: OutOfMemoryError',
    ],
    [
      'a button',
      'the link sent to 101',
      'one-tap link of outage-0a1b',
      'ссылка, отправленная 101: кнопка под оповещением',
    ],
    ['a person', 'анна', 'зависла вся система', 'анна: зависла вся система'],
    [
      'an unknown cause',
      'heartbeat-monitor',
      'no heartbeat for 9 s: bad-luck',
      'монитор: no heartbeat for 9 s: bad-luck',
    ],
  ])('of %s is readable in Russian', (_name, who, why, text) => {
    expect(byWhomText({ who, why }, 'ru')).toBe(text);
  });

  it('is readable in English', () => {
    const outage = { who: 'heartbeat-monitor', why: 'no heartbeat for 301 s: polls-failing' };
    expect(byWhomText(outage, 'en')).toBe('heartbeat monitor: no heartbeat for 5 min: polling fails');
    const button = { who: 'the link sent to 101', why: 'one-tap link of outage-0a1b' };
    expect(byWhomText(button, 'en')).toBe('the link sent to 101: a button under the alert');
  });

  it.each(Object.values(auditReasons))('translates the fixed reason: %s', (why) => {
    expect(byWhomText({ who: 'x', why }, 'ru')).toMatch(/^x: .*[а-я]/);
    expect(byWhomText({ who: 'x', why }, 'en')).not.toMatch(/[а-я]/);
  });

  it('names an event, and shows an unknown one as it is', () => {
    expect(eventText('broken', 'ru')).toBe('Блокировка снята принудительно');
    expect(eventText('dropped', 'en')).toBe('Queue dropped');
    for (const locale of locales) expect(eventText('toString', locale)).toBe('toString');
  });
});

describe('the entries that the store’s scripts write', () => {
  const keys = storeKeys('');
  let runner: EmbeddedRunner;
  beforeEach(async () => {
    runner = await embeddedRunner();
  });

  it('have no English words left in Russian', async () => {
    await runner.command(['SET', keys.epoch, '0']);
    const lock = { ...redisLockStore(runner, keys, '1'), ...redisLockOverride(runner, keys) };
    const outages = redisOutageStore(runner, keys);
    const value = lockValue({
      host: 'h1',
      pid: 7,
      env: 'production',
      ts: '2026-03-01T02:00:00Z',
      owner: 'a',
    });
    for (const handOff of ['clean', 'dirty', 'unchanged'] as const) {
      await lock.acquire(value, 30_000);
      await lock.release(value, handOff);
    }
    const absent = readHeartbeat(null);
    const why = 'no heartbeat for 301 s: never-started';
    await outages.open(absent, {
      id: 'outage-1',
      afterId: null,
      opening: { tell: 'down' },
      unstableId: '',
      sinceMs: 1000,
      recipients: [],
      why,
    });
    await outages.recover(absent, { id: 'outage-1', why: auditReasons.freshHeartbeat });
    await runner.command(['SET', keys.alertSent, 'outage-2']);
    await outages.recover(absent, { id: '', why: auditReasons.freshHeartbeat });
    const entries = await redisAuditTrail(runner, keys).latest(20);
    expect(entries).toHaveLength(9);
    for (const entry of entries) {
      const text = `${eventText(entry.event, 'ru')}; ${byWhomText(entry, 'ru')}`;
      expect(text.replace(/h1, pid 7, production|heartbeat/g, '')).not.toMatch(/[a-z]/i);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { alertMessage, recoveryMessage } from '../../../services/core/alerts/alert-text.ts';
import { durationText } from '../../../services/core/alerts/duration-text.ts';
import { inboxEntryJson, readInboxEntry } from '../../../services/core/alerts/inbox-entry.ts';
import { causes, type Diagnosis } from '../../../services/core/outage/diagnosis.ts';
import { locales } from '../../../services/core/platform/locale.ts';

const diagnosis: Diagnosis = {
  cause: 'no-task-running',
  holder: { host: 'ip-10-0-1-5', pid: 7, env: 'production' },
  holdsLock: false,
  lastError: null,
  telegram: { kind: 'reachable', pendingUpdates: 12, webhookHost: null },
  ecs: {
    kind: 'known',
    desired: 1,
    running: 0,
    deploying: false,
    lastStopReason: 'OutOfMemoryError; bot: exit 137',
  },
};
const alert = {
  event: 'down',
  silentMs: 7 * 60_000 + 5000,
  diagnosis,
  possibleRepeat: false,
  noSuperadmins: false,
} as const;

describe('an alert', () => {
  it('says in Russian how long, why, who, how much waits, what ECS says and what to do', () => {
    const { title, text, priority } = alertMessage(alert, 'ru');
    expect(title).toBe('🔴 Бот молчит 7 мин');
    expect(priority).toBe('URGENT');
    expect(text.split('\n')).toEqual([
      'Причина: в ECS не работает ни одной задачи',
      'Последним работал: ip-10-0-1-5, pid 7, production',
      'Ждут ответа: 12',
      'ECS: 0 из 1; остановлена: OutOfMemoryError; bot: exit 137',
      'Что делать: смотрите причину остановки и перезапустите',
    ]);
  });

  it('says the same in English', () => {
    expect(alertMessage(alert, 'en')).toMatchObject({ title: '🔴 The bot has been silent for 7 min' });
    expect(alertMessage(alert, 'en').text).toContain('Cause: no ECS task is running');
  });

  it('marks a possible repeat, and says when nobody else was told', () => {
    expect(alertMessage({ ...alert, possibleRepeat: true }, 'ru').title).toContain('возможен повтор');
    expect(alertMessage({ ...alert, noSuperadmins: true }, 'ru').text).toContain('SUPERADMIN_TELEGRAM_IDS');
  });

  it.each(locales.flatMap((locale) => causes.map((cause) => [locale, cause] as const)))(
    'fits a phone and differs for each cause: %s, %s',
    (locale, cause) => {
      const noise = 'x'.repeat(5000);
      const long = {
        ...diagnosis,
        cause,
        lastError: noise,
        ecs: { kind: 'known', desired: 1, running: 0, deploying: false, lastStopReason: noise },
      } as const;
      const { text } = alertMessage({ ...alert, diagnosis: long }, locale);
      expect(text.length).toBeLessThan(700);
      const others = causes.filter((other) => other !== cause);
      const textOf = (other: (typeof causes)[number]) =>
        alertMessage({ ...alert, diagnosis: { ...long, cause: other } }, locale).text;
      expect(others.map(textOf)).not.toContain(text);
    },
  );
});

describe('a recovery', () => {
  const parts = {
    sinceMs: Date.UTC(2026, 2, 1, 3, 10),
    recoveredMs: Date.UTC(2026, 2, 1, 3, 22),
    possibleRepeat: false,
  };

  it('says how long it was down and when', () => {
    expect(recoveryMessage(parts, 'ru')).toMatchObject({
      title: '🟢 Бот снова работает',
      text: 'Простой 12 мин: с 03:10 до 03:22 UTC',
    });
    expect(recoveryMessage(parts, 'en').text).toBe('It was down for 12 min: from 03:10 to 03:22 UTC');
  });
});

describe('a length of time', () => {
  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_999, '59 min'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [277_200_000, '3 d 5 h'],
  ])('%i ms is %s', (ms, text) => {
    expect(durationText(ms, 'en')).toBe(text);
  });
});

describe('an inbox entry', () => {
  const notification = {
    id: 'outage-1:down',
    type: 'SYSTEM_MAINTENANCE',
    priority: 'URGENT',
    title: 'a "title"',
    text: 'line\nline',
    ts: '2026-03-01T03:00:00.000Z',
    read: false,
  } as const;

  it('has the keys in their fixed order', () => {
    expect(Object.keys(JSON.parse(inboxEntryJson(notification)))).toEqual([
      'id',
      'type',
      'priority',
      'title',
      'text',
      'ts',
      'read',
    ]);
    expect(readInboxEntry(inboxEntryJson(notification))).toEqual(notification);
  });

  it.each(['', 'null', '7', '[]', '{}', '{"id":1,"title":"a","text":"b"}'])(
    'is not read out of %j',
    (raw) => {
      expect(readInboxEntry(raw)).toBeUndefined();
    },
  );
});

import { describe, expect, it } from 'vitest';
import { healthLine, snoozeText, toldText } from '../../../services/core/ops/health-line.ts';
import { linkActor } from '../../../services/core/platform/actors.ts';

const nowMs = Date.UTC(2026, 2, 1, 3, 15);
const handlers = { failed: 12, handled: 14, lastError: 'boom', at: '' };
const shown = {
  state: 'works',
  cause: null,
  since: null,
  told: null,
  acknowledgedBy: null,
  snooze: null,
  handlers: null,
  heartbeatAgeSeconds: 600,
} as const;

describe('the verdict in one line', () => {
  it.each([
    [shown, 'The bot works', 'Бот работает'],
    [
      { ...shown, state: 'endangered', cause: 'token-rejected' },
      'The bot still works, but Telegram rejects the bot token',
      'Бот пока работает, но Telegram отвергает токен бота',
    ],
    [
      { ...shown, state: 'handlers-absent', cause: 'handlers-absent' },
      'The bot polls, but nothing handles updates: they wait in the queue',
      'Бот получает сообщения, но обновления никто не обрабатывает, они ждут в очереди',
    ],
    [
      { ...shown, state: 'handlers-failing', cause: 'handlers-failing', handlers },
      'The handlers fail: 12 of 14 updates within 10 minutes',
      'Обработчики не справляются: за 10 минут ошибкой закончились 12 из 14 обновлений',
    ],
    [
      { ...shown, state: 'not-polling', cause: 'nobody-holds-the-lock' },
      'Nobody polls now: nobody holds the polling lock',
      'Поллинг сейчас никто не ведёт: никто не держит блокировку поллинга',
    ],
    [{ ...shown, state: 'down' }, 'The bot is DOWN: silent for 10 min', 'Бот молчит 10 мин'],
    [
      { ...shown, state: 'down', heartbeatAgeSeconds: null },
      'The bot is DOWN: there is no heartbeat',
      'Бот молчит',
    ],
  ] as const)('%j', (status, en, ru) => {
    expect([healthLine(status, 'en'), healthLine(status, 'ru')]).toEqual([en, ru]);
  });
});

describe('a snooze', () => {
  it('is said with its end and its reason', () => {
    const snooze = { until: '2026-03-01T03:40:00.000Z', who: 'anna', why: 'deploying' };
    expect(snoozeText({ snooze }, 'en')).toBe('snoozed until 03:40 UTC (anna: deploying)');
    expect(snoozeText({ snooze }, 'ru')).toBe('отключены до 03:40 UTC (anna: deploying)');
    expect(snoozeText({ snooze: null }, 'en')).toBeUndefined();
  });
});

describe('when the superadmins were told', () => {
  const down = { ...shown, state: 'down' } as const;

  it('is said of every trouble that they are told of', () => {
    expect(toldText(shown, nowMs, 'en')).toBeUndefined();
    expect(toldText(down, nowMs, 'en')).toBe('not yet');
    const told = { ...down, told: new Date(nowMs - 300_000).toISOString() };
    expect([toldText(told, nowMs, 'en'), toldText(told, nowMs, 'ru')]).toEqual([
      '5 min ago (03:10 UTC)',
      '5 мин назад (03:10 UTC)',
    ]);
    const taken = { ...told, acknowledgedBy: 'anna' };
    expect(toldText(taken, nowMs, 'en')).toBe('5 min ago (03:10 UTC); anna is on it');
    expect(toldText(taken, nowMs, 'ru')).toBe('5 мин назад (03:10 UTC); занимается anna');
    const byLink = { ...told, acknowledgedBy: linkActor('102') };
    expect(toldText(byLink, nowMs, 'en')).toMatch(/“I’m on it” was tapped under the alert sent to 102$/);
    expect(toldText(byLink, nowMs, 'ru')).toMatch(/«Занимаюсь» нажали под оповещением, отправленным 102$/);
  });
});

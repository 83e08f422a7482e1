import { describe, expect, it } from 'vitest';
import { pageModule } from '../page-module.ts';

const { summary } = await import(pageModule('views/summary.js'));
const { texts } = await import(pageModule('texts/index.js'));

const atMs = Date.parse('2026-03-01T10:01:00.000Z');
const leader = {
  ...{ worker: 'worker-1', pid: 1, ttlMs: 5000, since: '2026-03-01T10:00:00.000Z' },
  ...{ revoked: false, quarantine: false },
};
const first = { name: 'worker-1', pid: 1, role: 'leader', details: { lastPollAgeSeconds: 3 } };
const standbys = ['worker-2', 'worker-3'].map((name) => ({ name, pid: 2, role: 'standby', details: {} }));

function now(other: object = {}): object {
  return {
    atMs,
    storeError: null,
    leader,
    outage: null,
    workers: [first, ...standbys],
    stoppedWorkers: [],
    ...other,
  };
}

function said(state: object, locale: 'en' | 'ru'): string {
  const lab = { times: { longPollSeconds: 30 } };
  const { tone, text } = summary({ connection: 'live', lab, ...state }, texts[locale]);
  return `${tone}: ${text}`;
}

describe('the status sentence of the control room', () => {
  it.each([
    {
      state: { connection: 'gone', now: now() },
      en: 'quiet: The lab does not answer. It was stopped or is still starting.',
      ru: 'quiet: Стенд не отвечает: он остановлен или ещё запускается.',
    },
    { state: {}, en: 'quiet: Connecting to the lab…', ru: 'quiet: Подключаемся к стенду…' },
    {
      state: { now: now() },
      en: 'good: All is well: worker-1 polls Telegram, worker-2 and worker-3 stand by.',
      ru: 'good: Всё в порядке: поллинг ведёт worker-1, в резерве worker-2 и worker-3.',
    },
    {
      state: { now: now({ workers: [first, standbys[0]] }) },
      en: 'good: All is well: worker-1 polls Telegram, worker-2 stands by.',
      ru: 'good: Всё в порядке: поллинг ведёт worker-1, в резерве worker-2.',
    },
    {
      state: {
        now: now({
          health: {
            state: 'handlers-failing',
            tone: 'bad',
            line: { en: 'The handlers fail: 6 of 7', ru: 'Обработчики не справляются: 6 из 7' },
          },
        }),
      },
      en: 'bad: The handlers fail: 6 of 7.',
      ru: 'bad: Обработчики не справляются: 6 из 7.',
    },
    {
      state: {
        now: now({
          outage: { since: '2026-03-01T09:51:00.000Z' },
          health: { state: 'down', tone: 'bad', line: { en: '', ru: '' }, isTold: false },
        }),
      },
      en: 'bad: Outage: the bot has been silent for 10 min. The superadmins were not told yet.',
      ru: 'bad: Сбой: бот молчит уже 10 мин. Суперадминам об этом пока не сообщали.',
    },
    {
      state: { now: now({ workers: [first] }) },
      en: 'warn: worker-1 polls Telegram; there is no standby yet.',
      ru: 'warn: Поллинг ведёт worker-1; резервного воркера пока нет.',
    },
    {
      state: { now: now({ workers: [{ ...first, role: 'silent' }, ...standbys] }) },
      en: 'warn: worker-1 holds the lock but does not answer. The lock expires in 5 s unless renewed.',
      ru: 'warn: worker-1 держит блокировку, но не отвечает. Блокировка истечёт через 5 с, если её не продлить.',
    },
    {
      state: { now: now({ leader: { ...leader, worker: null, pid: 9 } }) },
      en: 'warn: Another program holds the lock. The lock expires in 5 s unless renewed.',
      ru: 'warn: Блокировку держит другая программа. Блокировка истечёт через 5 с, если её не продлить.',
    },
    {
      state: { now: now({ leader: { ...leader, worker: null, pid: 9, ttlMs: null } }) },
      en: 'warn: Another program holds the lock. The lock never expires: delete it.',
      ru: 'warn: Блокировку держит другая программа. Блокировка бессрочная: удалите её.',
    },
    {
      state: { now: now({ leader: { ...leader, revoked: true } }) },
      en: 'warn: worker-1 was asked to release the lock.',
      ru: 'warn: Воркера worker-1 попросили отдать блокировку.',
    },
    {
      state: { now: now({ leader: null }) },
      en: 'warn: Nobody is polling Telegram. Messages are waiting there.',
      ru: 'warn: Поллинг сейчас никто не ведёт. Сообщения ждут в Telegram.',
    },
    {
      state: { now: now({ leader: { ...leader, worker: null, pid: 0, quarantine: true } }) },
      en: 'warn: The store was emptied: a quarantine keeps every worker out for one lease.',
      ru: 'warn: Хранилище очищено: карантин на срок одной аренды, поллинг никто не ведёт.',
    },
    {
      state: { now: now({ outage: { since: '2026-03-01T09:51:00.000Z' }, leader: null }) },
      en: 'bad: Outage: the bot has been silent for 10 min. The superadmins were told.',
      ru: 'bad: Сбой: бот молчит уже 10 мин. Суперадмины оповещены.',
    },
    {
      state: { now: now({ storeError: 'refused', leader: null }) },
      en: 'bad: The store does not answer: the state of the lock is unknown.',
      ru: 'bad: Хранилище не отвечает: состояние блокировки неизвестно.',
    },
  ])('says: $en', ({ state, en, ru }) => {
    expect(said(state, 'en')).toBe(en);
    expect(said(state, 'ru')).toBe(ru);
  });
});

/** What the shipped commands say, in Russian and English. */
import type { Locale } from '../../core/platform/locale.ts';

export interface LockText {
  readonly holder: string;
  /** Undefined if the lock's value does not say since when. */
  readonly age: string | undefined;
  readonly since: string | undefined;
  /** Undefined for a lock without expiry. */
  readonly left: string | undefined;
}

export interface CommandTexts {
  readonly start: (botName: string) => string;
  readonly help: string;
  readonly chatId: (chatId: number, userId: number | undefined) => string;
  readonly superadminsOnly: (userId: number | undefined) => string;
  readonly storeSilent: string;
  readonly privateOnly: string;
  readonly tooMany: (perMinute: number) => string;
  readonly status: {
    readonly title: string;
    readonly lockFree: string;
    /** The store was emptied: no worker may poll until the quarantine expires. */
    readonly quarantine: (left: string) => string;
    readonly lock: (lock: LockText) => string;
    readonly heartbeat: (age: string, at: string) => string;
    readonly noHeartbeat: string;
    readonly queue: (pending: number | undefined) => string;
    readonly handlers: (failed: number, handled: number, error: string) => string;
    readonly outage: (duration: string, since: string) => string;
    readonly noOutage: string;
  };
  readonly inbox: {
    readonly empty: string;
    readonly title: (page: number, pages: number) => string;
    readonly newer: string;
    readonly older: string;
    readonly markRead: string;
    readonly marked: string;
  };
}

const ru: CommandTexts = {
  start: (botName) => `Здравствуйте! Я ${botName}. Что я умею — /help`,
  help: [
    '/start — поздороваться',
    '/help — этот список',
    '/get_chat_id — ID этого чата и ваш ID',
    '/status — состояние бота: поллинг, heartbeat, очередь (для суперадминов)',
    '/notifications — уведомления (для суперадминов)',
  ].join('\n'),
  chatId: (chatId, userId) => `ID чата: ${chatId}\nВаш ID: ${userId ?? 'неизвестен'}`,
  superadminsOnly: (userId) =>
    `Команда доступна только суперадминам. Ваш ID: ${userId ?? 'неизвестен'}. Чтобы получить доступ, добавьте его в SUPERADMIN_TELEGRAM_IDS.`,
  storeSilent: 'Хранилище не отвечает. Попробуйте ещё раз через минуту.',
  privateOnly: 'На эту команду отвечаю только в личном чате.',
  tooMany: (perMinute) => `Слишком часто: не больше ${perMinute} команд в минуту. Подождите минуту.`,
  status: {
    title: 'Состояние бота',
    lockFree: 'Поллинг: никто не ведёт, блокировка свободна',
    quarantine: (left) => `Поллинг: никто не ведёт. Хранилище было пустым, поэтому воркеры ждут ещё ${left}`,
    lock: ({ holder, age, since, left }) =>
      [
        `Поллинг: ${holder}`,
        age === undefined ? '' : `Блокировка взята ${age} назад (${since})`,
        left === undefined
          ? 'Блокировка бессрочная: её записала другая программа'
          : `Блокировка истечёт через ${left}, если её не продлят`,
      ]
        .filter((line) => line !== '')
        .join('\n'),
    heartbeat: (age, at) => `Heartbeat: ${age} назад (${at})`,
    noHeartbeat: 'Heartbeat: ещё не записан',
    queue: (pending) => `В очереди Telegram: ${pending ?? 'неизвестно'}`,
    handlers: (failed, handled, error) =>
      `🔴 Обработчики не справляются: за 10 минут ошибкой закончились ${failed} из ${handled}\nОшибка: ${error}`,
    outage: (duration, since) => `Сбой длится ${duration} (с ${since})`,
    noOutage: 'Сбоев нет',
  },
  inbox: {
    empty: 'Уведомлений нет.',
    title: (page, pages) => `Уведомления, страница ${page} из ${pages}`,
    newer: '← Новее',
    older: 'Старше →',
    markRead: 'Отметить прочитанными',
    marked: 'Отмечены как прочитанные',
  },
};

const en: CommandTexts = {
  start: (botName) => `Hello! I am ${botName}. What I can do: /help`,
  help: [
    '/start — say hello',
    '/help — this list',
    '/get_chat_id — the number of this chat, and yours',
    '/status — state of the bot: polling, heartbeat, queue (superadmins)',
    '/notifications — notifications (superadmins)',
  ].join('\n'),
  chatId: (chatId, userId) => `Chat number: ${chatId}\nYour number: ${userId ?? 'unknown'}`,
  superadminsOnly: (userId) =>
    `This command is for superadmins. Your number: ${userId ?? 'unknown'}. To get access, add it to SUPERADMIN_TELEGRAM_IDS.`,
  storeSilent: 'The store does not answer. Please try again in a minute.',
  privateOnly: 'I answer this command only in a private chat.',
  tooMany: (perMinute) => `Too many: at most ${perMinute} commands a minute. Please wait a minute.`,
  status: {
    title: 'Bot status',
    lockFree: 'Polling: no worker, the lock is free',
    quarantine: (left) => `Polling: no worker. The store was empty, so workers wait for another ${left}`,
    lock: ({ holder, age, since, left }) =>
      [
        `Polling: ${holder}`,
        age === undefined ? '' : `Lock taken ${age} ago (${since})`,
        left === undefined
          ? 'The lock never expires: another program wrote it'
          : `The lock expires in ${left} unless renewed`,
      ]
        .filter((line) => line !== '')
        .join('\n'),
    heartbeat: (age, at) => `Heartbeat: ${age} ago (${at})`,
    noHeartbeat: 'Heartbeat: none yet',
    queue: (pending) => `Pending at Telegram: ${pending ?? 'unknown'}`,
    handlers: (failed, handled, error) =>
      `🔴 The handlers fail: ${failed} of ${handled} updates within 10 minutes\nError: ${error}`,
    outage: (duration, since) => `Outage for ${duration} (since ${since})`,
    noOutage: 'No outage',
  },
  inbox: {
    empty: 'No notifications.',
    title: (page, pages) => `Notifications, page ${page} of ${pages}`,
    newer: '← Newer',
    older: 'Older →',
    markRead: 'Mark as read',
    marked: 'Marked as read',
  },
};

const texts: Readonly<Record<Locale, CommandTexts>> = { ru, en };

/** Russian if Telegram says so, English for any other language, the fallback if Telegram says nothing. */
export function localeOf(languageCode: string | undefined, fallback: Locale): Locale {
  if (languageCode === undefined) return fallback;
  return languageCode.toLowerCase().startsWith('ru') ? 'ru' : 'en';
}

export function textsFor(locale: Locale): CommandTexts {
  return texts[locale];
}

/** What the shipped commands say, in Russian and English. */
import type { Locale } from '../../core/platform/locale.ts';

export interface CommandTexts {
  readonly start: (botName: string) => string;
  readonly help: string;
  readonly chatId: (chatId: number, userId: number | undefined) => string;
  readonly superadminsOnly: (userId: number | undefined) => string;
  readonly storeSilent: string;
  readonly status: {
    readonly title: string;
    readonly nobody: string;
    readonly lock: (holder: string, since: string) => string;
    readonly heartbeat: (age: string) => string;
    readonly noHeartbeat: string;
    readonly queue: (pending: number | undefined) => string;
    readonly outage: (since: string) => string;
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
    '/get_chat_id — номер этого чата и ваш номер',
    '/status — кто опрашивает Telegram и давно ли (для суперадминов)',
    '/notifications — уведомления (для суперадминов)',
  ].join('\n'),
  chatId: (chatId, userId) => `Номер чата: ${chatId}\nВаш номер: ${userId ?? 'неизвестен'}`,
  superadminsOnly: (userId) =>
    `Эта команда только для суперадминов. Ваш номер: ${userId ?? 'неизвестен'}; его добавляют в SUPERADMIN_TELEGRAM_IDS.`,
  storeSilent: 'Хранилище не отвечает; попробуйте ещё раз через минуту.',
  status: {
    title: 'Состояние бота',
    nobody: 'Блокировку опроса никто не держит',
    lock: (holder, since) => `Опрашивает: ${holder}\nС: ${since}`,
    heartbeat: (age) => `Heartbeat: ${age} назад`,
    noHeartbeat: 'Heartbeat: не записан',
    queue: (pending) => `В очереди Telegram: ${pending ?? 'неизвестно'}`,
    outage: (since) => `Открыт сбой, с ${since}`,
    noOutage: 'Сбоев нет',
  },
  inbox: {
    empty: 'Уведомлений нет.',
    title: (page, pages) => `Уведомления, страница ${page} из ${pages}`,
    newer: '← Новее',
    older: 'Старше →',
    markRead: 'Отметить прочитанными',
    marked: 'Отмечено',
  },
};

const en: CommandTexts = {
  start: (botName) => `Hello! I am ${botName}. What I can do: /help`,
  help: [
    '/start — say hello',
    '/help — this list',
    '/get_chat_id — the number of this chat, and yours',
    '/status — who polls Telegram and since when (superadmins)',
    '/notifications — notifications (superadmins)',
  ].join('\n'),
  chatId: (chatId, userId) => `Chat number: ${chatId}\nYour number: ${userId ?? 'unknown'}`,
  superadminsOnly: (userId) =>
    `This command is for superadmins. Your number: ${userId ?? 'unknown'}; it goes into SUPERADMIN_TELEGRAM_IDS.`,
  storeSilent: 'The store does not answer; please try again in a minute.',
  status: {
    title: 'State of the bot',
    nobody: 'Nobody holds the polling lock',
    lock: (holder, since) => `Polling: ${holder}\nSince: ${since}`,
    heartbeat: (age) => `Heartbeat: ${age} ago`,
    noHeartbeat: 'Heartbeat: none written',
    queue: (pending) => `Waiting at Telegram: ${pending ?? 'unknown'}`,
    outage: (since) => `An outage is open since ${since}`,
    noOutage: 'No outage',
  },
  inbox: {
    empty: 'No notifications.',
    title: (page, pages) => `Notifications, page ${page} of ${pages}`,
    newer: '← Newer',
    older: 'Older →',
    markRead: 'Mark as read',
    marked: 'Marked',
  },
};

const texts: Readonly<Record<Locale, CommandTexts>> = { ru, en };

/** The language of a person: Russian where Telegram says so, English for any other, the team's own if unknown. */
export function localeOf(languageCode: string | undefined, fallback: Locale): Locale {
  if (languageCode === undefined) return fallback;
  return languageCode.toLowerCase().startsWith('ru') ? 'ru' : 'en';
}

export function textsFor(locale: Locale): CommandTexts {
  return texts[locale];
}

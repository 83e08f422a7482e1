/**
 * What superadmins read in a notice that is no outage: in Russian and English, short enough for a phone.
 *
 * The title says what happened, the last line what to do. Nothing here decides anything.
 */
import type { Locale } from '../platform/locale.ts';
import { type AlertMessage, cut, withRepeat } from './alert-text.ts';
import type { AlertPriority } from './inbox-entry.ts';
import type { WarningKind, WarningParams } from './warnings.ts';

/** A dead update's message has waited already, and a broken lock was somebody's decision: neither wakes anybody. */
const priorities: Readonly<Record<WarningKind, AlertPriority>> = {
  'another-poller': 'URGENT',
  'dead-letters': 'NORMAL',
  'lock-without-expiry': 'URGENT',
  'lock-broken': 'NORMAL',
};

/** SNS subjects are ASCII. */
export const warningSubjects: Readonly<Record<WarningKind, string>> = {
  'another-poller': 'StaffProBot: another program polls with its token',
  'dead-letters': 'StaffProBot: updates were given up',
  'lock-without-expiry': 'StaffProBot: the polling lock has no expiry',
  'lock-broken': 'StaffProBot: the polling lock was broken by hand',
};

interface WarningWords {
  readonly title: string;
  readonly lines: readonly (string | undefined)[];
}

type Write = (text: (name: string) => string | undefined) => WarningWords;

const writers: Readonly<Record<Locale, Readonly<Record<WarningKind, Write>>>> = {
  ru: {
    'another-poller': (text) => ({
      title: '🟠 Тем же токеном опрашивает другая программа',
      lines: [
        'Telegram трижды за минуту ответил 409: часть сообщений достаётся не нам',
        labelled('Заметил', text('host')),
        'Что делать: остановите её или смените токен у @BotFather',
      ],
    }),
    'dead-letters': (text) => ({
      title: `🟠 Не удалось обработать сообщений: ${text('count') ?? '?'}`,
      lines: [
        `После трёх попыток отложены, всего в bot_updates_dead: ${text('total') ?? '?'}`,
        'Что делать: найдите ошибку обработчика в журнале воркера',
      ],
    }),
    'lock-without-expiry': (text) => ({
      title: '🟠 У блокировки опроса нет срока',
      lines: [
        'Если её владелец пропадёт, никто не сможет его сменить',
        labelled('Держит блокировку', text('holder')),
        'Что делать: если владелец не работает — release-lock с force',
      ],
    }),
    'lock-broken': (text) => ({
      title: '🟠 Блокировку опроса сняли силой',
      lines: [
        labelled('Кто', text('who')),
        labelled('Почему', text('why')),
        several('Сколько раз', text('count')),
        'Что делать: если об этом не договаривались — смотрите аудит',
      ],
    }),
  },
  en: {
    'another-poller': (text) => ({
      title: '🟠 Another program polls with this token',
      lines: [
        'Telegram answered 409 three times within a minute: some updates go to it instead',
        labelled('Noticed by', text('host')),
        'Do this: stop it, or change the token with @BotFather',
      ],
    }),
    'dead-letters': (text) => ({
      title: `🟠 Updates that could not be handled: ${text('count') ?? '?'}`,
      lines: [
        `Put aside after three attempts; in bot_updates_dead altogether: ${text('total') ?? '?'}`,
        'Do this: find the handler’s error in the worker’s log',
      ],
    }),
    'lock-without-expiry': (text) => ({
      title: '🟠 The polling lock has no expiry',
      lines: [
        'Should its holder be gone, nobody can take over',
        labelled('Lock holder', text('holder')),
        'Do this: if the holder does not work, release-lock with force',
      ],
    }),
    'lock-broken': (text) => ({
      title: '🟠 The polling lock was broken by force',
      lines: [
        labelled('Who', text('who')),
        labelled('Why', text('why')),
        several('Times', text('count')),
        'Do this: if nobody agreed to it, read the audit trail',
      ],
    }),
  },
};

export interface WarningMessageParts {
  readonly kind: WarningKind;
  readonly params: WarningParams;
  readonly possibleRepeat: boolean;
}

export function warningMessage(
  { kind, params, possibleRepeat }: WarningMessageParts,
  locale: Locale,
): AlertMessage {
  const { title, lines } = writers[locale][kind]((name) => {
    const value = params[name];
    return value === undefined || value === '' ? undefined : cut(String(value));
  });
  return {
    title: withRepeat(title, possibleRepeat, locale),
    text: lines.filter((line) => line !== undefined).join('\n'),
    priority: priorities[kind],
  };
}

function labelled(label: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${label}: ${text}`;
}

function several(label: string, count: string | undefined): string | undefined {
  return count === undefined || count === '1' ? undefined : `${label}: ${count}`;
}

/** The verdict in one line, for `status`, the pages and `/status`: the same words everywhere. */
import { causeText } from '../alerts/diagnosis-text.ts';
import { clockText, durationText } from '../alerts/duration-text.ts';
import type { HealthState } from '../outage/health.ts';
import { recipientOfLink } from '../platform/actors.ts';
import type { Locale } from '../platform/locale.ts';
import type { StatusResult } from './results.ts';

export const healthTone: Readonly<Record<HealthState, 'good' | 'warn' | 'bad'>> = {
  works: 'good',
  endangered: 'warn',
  'handlers-failing': 'bad',
  'handlers-absent': 'bad',
  'handlers-behind': 'warn',
  'not-polling': 'warn',
  down: 'bad',
};

export interface ShownHealth extends Pick<StatusResult, 'state' | 'cause' | 'heartbeatAgeSeconds'> {
  readonly handlers: { readonly failed: number; readonly handled: number } | null;
}

interface Words {
  readonly works: string;
  readonly endangered: (why: string) => string;
  readonly notHandled: (why: string) => string;
  readonly handlersFailing: (failed: number, handled: number) => string;
  readonly notPolling: (why: string) => string;
  readonly down: (silence: string | undefined) => string;
  readonly told: (age: string, at: string) => string;
  readonly untold: string;
  readonly isOnIt: (who: string) => string;
  readonly linkIsOnIt: (recipient: string) => string;
  readonly snoozed: (until: string, who: string, why: string) => string;
}

const words: Readonly<Record<Locale, Words>> = {
  ru: {
    works: 'Бот работает',
    endangered: (why) => `Бот пока работает, но ${why}`,
    notHandled: (why) => `Бот получает сообщения, но ${why}`,
    handlersFailing: (failed, handled) =>
      `Обработчики не справляются: за 10 минут ошибкой закончились ${failed} из ${handled} обновлений`,
    notPolling: (why) => `Поллинг сейчас никто не ведёт: ${why}`,
    down: (silence) => `Бот молчит${silence === undefined ? '' : ` ${silence}`}`,
    told: (age, at) => `${age} назад (${at} UTC)`,
    untold: 'ещё нет',
    isOnIt: (who) => `занимается ${who}`,
    linkIsOnIt: (recipient) => `«Занимаюсь» нажали под оповещением, отправленным ${recipient}`,
    snoozed: (until, who, why) => `отключены до ${until} UTC (${who}: ${why})`,
  },
  en: {
    works: 'The bot works',
    endangered: (why) => `The bot still works, but ${why}`,
    notHandled: (why) => `The bot polls, but ${why}`,
    handlersFailing: (failed, handled) =>
      `The handlers fail: ${failed} of ${handled} updates within 10 minutes`,
    notPolling: (why) => `Nobody polls now: ${why}`,
    down: (silence) =>
      silence === undefined
        ? 'The bot is DOWN: there is no heartbeat'
        : `The bot is DOWN: silent for ${silence}`,
    told: (age, at) => `${age} ago (${at} UTC)`,
    untold: 'not yet',
    isOnIt: (who) => `${who} is on it`,
    linkIsOnIt: (recipient) => `“I’m on it” was tapped under the alert sent to ${recipient}`,
    snoozed: (until, who, why) => `snoozed until ${until} UTC (${who}: ${why})`,
  },
};

export function healthLine(shown: ShownHealth, locale: Locale): string {
  const { state, cause, handlers, heartbeatAgeSeconds: age } = shown;
  const say = words[locale];
  const why = cause === null ? '' : causeText(cause, locale);
  switch (state) {
    case 'works':
      return say.works;
    case 'endangered':
      return say.endangered(why);
    case 'handlers-failing':
      return say.handlersFailing(handlers?.failed ?? 0, handlers?.handled ?? 0);
    case 'handlers-absent':
    case 'handlers-behind':
      return say.notHandled(why);
    case 'not-polling':
      return say.notPolling(why);
    case 'down':
      return say.down(age === null ? undefined : durationText(age * 1000, locale));
  }
}

/** When the superadmins were told of a trouble, and who is on it; undefined while there is none to tell. */
export function toldText(
  { state, told, acknowledgedBy }: Pick<StatusResult, 'state' | 'told' | 'acknowledgedBy'>,
  nowMs: number,
  locale: Locale,
): string | undefined {
  if (state === 'works' || state === 'endangered') return undefined;
  const { told: toldAgo, untold, isOnIt, linkIsOnIt } = words[locale];
  if (told === null) return untold;
  const toldMs = Date.parse(told);
  const ago = toldAgo(durationText(nowMs - toldMs, locale), clockText(toldMs));
  if (acknowledgedBy === null) return ago;
  const recipient = recipientOfLink(acknowledgedBy);
  return `${ago}; ${recipient === undefined ? isOnIt(acknowledgedBy) : linkIsOnIt(recipient)}`;
}

/** Until when the monitor tells nothing; undefined while alerts go out. */
export function snoozeText({ snooze }: Pick<StatusResult, 'snooze'>, locale: Locale): string | undefined {
  if (snooze === null) return undefined;
  return words[locale].snoozed(clockText(Date.parse(snooze.until)), snooze.who, snooze.why);
}

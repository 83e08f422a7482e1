/**
 * What superadmins read about an outage, in Russian and English, short enough for a phone's lock screen.
 *
 * The title says what happened, the first line why, the last what to do. Nothing here decides anything.
 */
import type { Cause, Diagnosis } from '../outage/diagnosis.ts';
import type { Locale } from '../platform/locale.ts';
import { clockText, durationText } from './duration-text.ts';
import type { AlertPriority } from './inbox-entry.ts';

export interface AlertMessage {
  readonly title: string;
  readonly text: string;
  readonly priority: AlertPriority;
}

/** A cause, and the one next step. */
type CauseText = readonly [why: string, next: string];

const causeTexts: Readonly<Record<Locale, Readonly<Record<Cause, CauseText>>>> = {
  ru: {
    'token-rejected': ['Telegram отвергает токен бота', 'проверьте токен у @BotFather и обновите секрет'],
    'webhook-set': ['включён webhook, опрос невозможен', 'перезапустите воркер: он снимет webhook сам'],
    'worker-switched-off': ['в ECS нужное число задач — 0', 'верните desired count 1'],
    'no-task-running': ['в ECS не работает ни одной задачи', 'смотрите причину остановки и перезапустите'],
    'never-started': ['бот ещё ни разу не запускался', 'запустите воркер'],
    'nobody-holds-the-lock': ['никто не держит блокировку опроса', 'перезапустите воркер (recover)'],
    'store-was-wiped': ['хранилище было очищено, идёт выдержка', 'подождите минуту; если не ожил — recover'],
    'lock-without-expiry': ['блокировка без срока, владелец пропал', 'снимите её: release-lock с force'],
    'another-poller': ['тем же токеном опрашивает другая программа', 'остановите её или смените токен'],
    'heartbeat-malformed': ['запись heartbeat испорчена', 'найдите, кто её пишет; затем recover'],
    'telegram-unreachable': ['Telegram недоступен', 'подождите; проверьте сеть'],
    'polls-failing': ['опрос заканчивается ошибкой', 'recover; если не помогло — смотрите журнал'],
    'holder-silent': [
      'владелец блокировки молчит: завис или пропал',
      'снимите блокировку и перезапустите (recover)',
    ],
  },
  en: {
    'token-rejected': [
      'Telegram rejects the bot token',
      'check the token with @BotFather, update the secret',
    ],
    'webhook-set': ['a webhook is set, polling is impossible', 'restart the worker: it removes the webhook'],
    'worker-switched-off': ['the ECS service wants 0 tasks', 'set its desired count to 1'],
    'no-task-running': ['no ECS task is running', 'see why the last one stopped, then restart'],
    'never-started': ['the bot has never been started', 'start the worker'],
    'nobody-holds-the-lock': ['nobody holds the polling lock', 'restart the worker (recover)'],
    'store-was-wiped': ['the store was emptied, a quarantine is on', 'wait a minute; then recover'],
    'lock-without-expiry': [
      'a lock without expiry, its holder is gone',
      'remove it: release-lock with force',
    ],
    'another-poller': ['another program polls with this token', 'stop it, or change the token'],
    'heartbeat-malformed': ['the heartbeat is malformed', 'find out who writes it; then recover'],
    'telegram-unreachable': ['Telegram cannot be reached', 'wait; check the network'],
    'polls-failing': ['polling fails', 'recover; if it stays, read the log'],
    'holder-silent': ['the lock holder is silent: hung or gone', 'release the lock and restart (recover)'],
  },
};

const words = {
  ru: {
    down: '🔴 Бот молчит',
    still: '🔴 Бот всё ещё молчит',
    back: '🟢 Бот снова работает',
    repeat: '(возможен повтор)',
    cause: 'Причина',
    holder: 'Держит блокировку',
    last: 'Последним работал',
    error: 'Ошибка',
    pending: 'Ждут ответа',
    webhook: 'Webhook',
    tasks: 'ECS',
    of: 'из',
    stopped: 'остановлена',
    next: 'Что делать',
    nobodyTold: 'Суперадмины не настроены (SUPERADMIN_TELEGRAM_IDS): в Telegram не сообщено никому.',
    was: 'Простой',
    from: 'с',
    to: 'до',
  },
  en: {
    down: '🔴 The bot has been silent for',
    still: '🔴 The bot is still silent:',
    back: '🟢 The bot works again',
    repeat: '(possible repeat)',
    cause: 'Cause',
    holder: 'Lock holder',
    last: 'Last seen',
    error: 'Error',
    pending: 'Waiting updates',
    webhook: 'Webhook',
    tasks: 'ECS',
    of: 'of',
    stopped: 'stopped',
    next: 'Do this',
    nobodyTold: 'No superadmins are configured (SUPERADMIN_TELEGRAM_IDS): nobody was told in Telegram.',
    was: 'It was down for',
    from: 'from',
    to: 'to',
  },
} as const;

/** Errors and stop reasons are others' texts: cut, so that they cannot push the next step off the screen. */
const foreignTextMax = 160;

export interface AlertParts {
  readonly event: 'down' | 'reminder';
  readonly silentMs: number;
  readonly diagnosis: Diagnosis;
  readonly possibleRepeat: boolean;
  /** Said in the message to the topic, which is then the only one. */
  readonly noSuperadmins: boolean;
}

export function alertMessage(parts: AlertParts, locale: Locale): AlertMessage {
  const word = words[locale];
  const title = `${parts.event === 'down' ? word.down : word.still} ${durationText(parts.silentMs, locale)}`;
  const lines = diagnosisLines(parts.diagnosis, locale);
  if (parts.noSuperadmins) lines.push(word.nobodyTold);
  return {
    title: withRepeat(title, parts.possibleRepeat, locale),
    text: lines.join('\n'),
    priority: 'URGENT',
  };
}

/** Cause, facts and next step, a line each. */
export function diagnosisLines(diagnosis: Diagnosis, locale: Locale): string[] {
  const word = words[locale];
  const [why, next] = causeTexts[locale][diagnosis.cause];
  const lines = [`${word.cause}: ${why}`];
  const { holder, lastError, telegram, ecs } = diagnosis;
  if (lastError !== null) lines.push(`${word.error}: ${cut(lastError)}`);
  if (holder !== null) lines.push(`${diagnosis.holdsLock ? word.holder : word.last}: ${holderText(holder)}`);
  if (telegram.kind === 'reachable') {
    lines.push(`${word.pending}: ${telegram.pendingUpdates}`);
    if (telegram.webhookHost !== null) lines.push(`${word.webhook}: ${cut(telegram.webhookHost)}`);
  }
  if (ecs.kind === 'known') {
    const tasks = `${word.tasks}: ${ecs.running} ${word.of} ${ecs.desired}`;
    const stopped = ecs.running < ecs.desired ? ecs.lastStopReason : null;
    lines.push(stopped === null ? tasks : `${tasks}; ${word.stopped}: ${cut(stopped)}`);
  }
  lines.push(`${word.next}: ${next}`);
  return lines;
}

export interface RecoveryParts {
  readonly sinceMs: number;
  readonly recoveredMs: number;
  readonly possibleRepeat: boolean;
}

export function recoveryMessage(
  { sinceMs, recoveredMs, possibleRepeat }: RecoveryParts,
  locale: Locale,
): AlertMessage {
  const word = words[locale];
  const lasted = durationText(recoveredMs - sinceMs, locale);
  const span = `${word.from} ${clockText(sinceMs)} ${word.to} ${clockText(recoveredMs)} UTC`;
  return {
    title: withRepeat(word.back, possibleRepeat, locale),
    text: `${word.was} ${lasted}: ${span}`,
    priority: 'NORMAL',
  };
}

export function withRepeat(title: string, possibleRepeat: boolean, locale: Locale): string {
  return possibleRepeat ? `${title} ${words[locale].repeat}` : title;
}

function holderText(holder: NonNullable<Diagnosis['holder']>): string {
  const { host, pid, env } = holder;
  return [host, pid === undefined ? undefined : `pid ${pid}`, env]
    .filter((part) => part !== undefined)
    .map(cut)
    .join(', ');
}

/** Others' text as one line of bearable length. */
export function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= foreignTextMax ? line : `${line.slice(0, foreignTextMax - 1)}…`;
}

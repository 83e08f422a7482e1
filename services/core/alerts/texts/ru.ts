/**
 * The alerts in Russian.
 *
 * Tested by: test/core/alerts/alert-text.test.ts
 */
import { isLinkReason, recipientOfLink } from '../../platform/actors.ts';
import { type AlertTexts, labelled } from './alert-texts.ts';

/** What a person did, by its audit event. */
const manualActions: Readonly<Record<string, string>> = {
  dropped: 'очередь Telegram сброшена',
  restarted: 'воркер перезапущен',
  revoked: 'держателя попросили отпустить блокировку',
};

/** `the link sent to 101` */
function actor(who: string | undefined): string | undefined {
  const recipient = recipientOfLink(who ?? '');
  return recipient === undefined ? who : `ссылка, отправленная ${recipient}`;
}

function reason(why: string | undefined): string | undefined {
  return isLinkReason(why ?? '') ? 'кнопка под оповещением' : why;
}

export const ru: AlertTexts = {
  titles: {
    down: (silence) => `🔴 Бот молчит ${silence}`,
    reminder: (silence) => `🔴 Бот всё ещё молчит, уже ${silence}`,
    unstable: (outages, since) => `🟠 Бот работает с перебоями: сбоев с ${since} UTC — ${outages}`,
    stable: '🟢 Бот снова работает стабильно',
    acknowledged: '🙋 Сбоем уже занимаются',
    recovered: '🟢 Бот снова работает',
  },
  possibleRepeat: '(возможен повтор)',
  noSuperadmins: 'Суперадмины не заданы (SUPERADMIN_TELEGRAM_IDS): в Telegram оповещать некого.',
  silentNow: (silence) => `Сейчас бот молчит, уже ${silence}`,
  worksNow: 'Сейчас бот работает',
  unstableNext:
    'Следующее сообщение придёт, когда бот проработает 15 минут подряд или промолчит дольше 15 минут',
  unstableSince: (outages, since) => `Перебои с ${since} UTC, сбоев: ${outages}`,
  outages: (count, from, to) => `Сбоев: ${count}, с ${from} до ${to} UTC`,
  acknowledgedBy: (who) => `Занимается: ${who}`,
  acknowledgedUnder: (recipient) => `Нажали «Занимаюсь» под оповещением, отправленным ${recipient}`,
  noMoreReminders: 'Напоминаний об этом сбое больше не будет',
  downtime: (duration, from, to) => `Простой ${duration}: с ${from} до ${to} UTC`,
  warnings: {
    'another-poller': (param) => ({
      title: '🟠 С тем же токеном поллит другая программа',
      lines: [
        'Telegram трижды за минуту ответил 409: часть сообщений достаётся ей',
        labelled('Заметил воркер', param('host')),
      ],
      next: 'остановите её или смените токен у @BotFather',
    }),
    'handlers-failing': (param) => ({
      title: '🔴 Бот получает сообщения, но не справляется с ними',
      lines: [
        `За 10 минут ошибкой закончились ${param('failed') ?? '?'} из ${param('handled') ?? '?'} обновлений`,
        labelled('Ошибка', param('error')),
        labelled('Воркер', param('host')),
      ],
      next: 'откатите последнюю выкладку или исправьте обработчик; перезапуск не поможет',
    }),
    'handlers-absent': (param) => ({
      title: '🔴 Бот получает сообщения, но их никто не обрабатывает',
      lines: [
        labelled('Ждут в очереди обновлений', param('waiting')),
        'Ни у одного обработчика нет свежего heartbeat',
      ],
      next: 'npx staffprobot restart; если не помогло, смотрите лог обработчиков',
    }),
    'handlers-behind': (param) => ({
      title: '🟠 Обработчики не успевают: ответы приходят поздно',
      lines: [
        labelled('Ждут в очереди обновлений', param('waiting')),
        labelled('Дольше всего ждали, секунд', param('lagSeconds')),
      ],
      next: 'смотрите лог обработчиков; если ошибок нет, добавьте задач',
    }),
    'dead-letters': (param) => ({
      title: `🟠 Не удалось обработать сообщений: ${param('count') ?? '?'}`,
      lines: [`Три попытки не удались; всего не обработано: ${param('total') ?? '?'}`],
      next: 'найдите ошибку обработчика в логе воркера',
    }),
    'lock-without-expiry': (param) => ({
      title: '🟠 У блокировки поллинга нет срока',
      lines: [
        'Если её держатель упадёт, никто не сможет его сменить',
        labelled('Держит блокировку', param('holder')),
      ],
      next: 'если держатель мёртв — release-lock с force',
    }),
    'unreachable-recipients': (param) => ({
      title: '🟠 До суперадминов не доходят сообщения',
      lines: [
        'Они не запускали бота, заблокировали его или id неверен',
        labelled('Не получают сообщений в Telegram', param('recipients')),
      ],
      next: 'попросите их открыть бота и нажать «Старт» или исправьте SUPERADMIN_TELEGRAM_IDS',
    }),
    'manual-action': (param) => ({
      title: '🟠 Бота чинят вручную',
      lines: [
        labelled('Что', manualActions[param('event') ?? ''] ?? param('event')),
        labelled('Кто', actor(param('who'))),
        labelled('Почему', reason(param('why'))),
        labelled('Действий', param('count') === '1' ? undefined : param('count')),
      ],
      next: 'если об этом не договаривались — смотрите аудит',
    }),
    'lock-broken': (param) => ({
      title: '🟠 Блокировку поллинга сняли принудительно',
      lines: [
        labelled('Кто', actor(param('who'))),
        labelled('Почему', reason(param('why'))),
        labelled('Сколько раз', param('count') === '1' ? undefined : param('count')),
      ],
      next: 'если об этом не договаривались — смотрите аудит',
    }),
  },
};

/** The table of the guided tour: six steps and their promises. */
import { text } from '../shared/text.ts';
import type { TourStepFacts } from './tour-view.ts';

export const tourStepFacts: readonly TourStepFacts[] = [
  {
    id: 'hello',
    title: text('Say hello', 'Поздороваться'),
    promise: text('Every command is answered.', 'На каждую команду приходит ответ.'),
    inEarnest: text('The same: an answer takes a moment.', 'Столько же: ответ приходит сразу.'),
  },
  {
    id: 'deploy',
    title: text('Deploy without a gap', 'Выкладка без паузы'),
    promise: text(
      'New workers replace the old ones under load. No message is lost, and the hand-over takes a moment.',
      'Новые воркеры сменяют старые под нагрузкой. Ни одно сообщение не теряется, передача занимает мгновение.',
    ),
    inEarnest: text(
      'The hand-over takes a moment too. A new task needs a minute or two to start; the old one polls until then.',
      'Передача тоже занимает мгновение. Новая задача стартует за минуту-две, до того поллинг ведёт старая.',
    ),
  },
  {
    id: 'crash',
    title: text('Crash under load', 'Авария под нагрузкой'),
    promise: text(
      'The leader is killed in the middle of its work. The standby takes over; nothing is lost, and the order holds.',
      'Лидера убивают посреди работы. Подхватывает резервный; ничего не потеряно, порядок сохранён.',
    ),
    inEarnest: text(
      'A few seconds here are 10–30 s on Fargate, until the crash is reported, and never more than one lease, 30 s.',
      'Вместо этих секунд — 10–30 с, пока Fargate сообщит об аварии, и не больше срока блокировки, 30 с.',
    ),
  },
  {
    id: 'hung',
    title: text('Hung bot, alert, one-tap repair', 'Зависший бот, тревога, ремонт одним касанием'),
    promise: text(
      'Every worker hangs. The superadmins are alerted, and one tap on the alert’s link brings the bot back. Nothing is lost.',
      'Зависли все воркеры. Суперадмины получают тревогу, и одно касание ссылки в ней возвращает бота. Ничего не потеряно.',
    ),
    inEarnest: text(
      'The alert comes after 5 to 6 minutes of silence. After the tap a new task needs a minute or two.',
      'Тревога приходит через 5–6 минут тишины. После касания новая задача стартует за минуту-две.',
    ),
  },
  {
    id: 'rogue',
    title: text('Rogue poller', 'Посторонний поллинг'),
    promise: text(
      'Another program polls with the same token. Nothing can keep it out, so it takes some messages: the step counts them. The superadmins are alerted, and the bot loses nothing that it received.',
      'Другая программа ведёт поллинг с тем же токеном. Помешать ей нельзя, и часть сообщений достаётся ей: шаг их считает. Суперадмины узнают об этом, а бот не теряет ничего из полученного.',
    ),
    inEarnest: text(
      'The same: three conflicts within a minute, and the superadmins are alerted.',
      'Столько же: три конфликта за минуту — и суперадмины узнают об этом.',
    ),
  },
  {
    id: 'wiped',
    title: text('Store wiped', 'Хранилище очищено'),
    promise: text(
      'The store forgets everything. After a quarantine of one lease polling continues, and never did two poll at once.',
      'Хранилище забыло всё. После карантина в один срок блокировки поллинг продолжается; двое сразу его не вели.',
    ),
    inEarnest: text('The quarantine lasts one lease, 30 s.', 'Карантин длится один срок блокировки, 30 с.'),
  },
];

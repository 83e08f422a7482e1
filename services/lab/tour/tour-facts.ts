/** The table of the guided tour: six steps and their promises. */
import { text } from '../shared/text.ts';
import type { TourStepFacts } from './tour-view.ts';

export const tourStepFacts: readonly TourStepFacts[] = [
  {
    id: 'hello',
    title: text('Say hello', 'Поздороваться'),
    promise: text('Every command is answered.', 'На каждую команду приходит ответ.'),
  },
  {
    id: 'deploy',
    title: text('Deploy without a gap', 'Выкладка без паузы'),
    promise: text(
      'New workers replace the old ones under load. No message is lost, and the hand-over takes a moment.',
      'Новые воркеры сменяют старые под нагрузкой. Ни одно сообщение не теряется, передача занимает мгновение.',
    ),
  },
  {
    id: 'crash',
    title: text('Crash under load', 'Авария под нагрузкой'),
    promise: text(
      'The leader is killed in the middle of its work. The standby takes over; nothing is lost, and the order holds.',
      'Лидера убивают посреди работы. Подхватывает резервный; ничего не потеряно, порядок сохранён.',
    ),
  },
  {
    id: 'hung',
    title: text('Hung bot, alert, one-tap repair', 'Зависший бот, тревога, ремонт одним касанием'),
    promise: text(
      'Every worker hangs. The superadmins are alerted, and one tap on the alert’s link brings the bot back. Nothing is lost.',
      'Зависли все воркеры. Суперадмины получают тревогу, и одно касание ссылки в ней возвращает бота. Ничего не потеряно.',
    ),
  },
  {
    id: 'rogue',
    title: text('Rogue poller', 'Посторонний поллинг'),
    promise: text(
      'Another program polls with the same token. The superadmins are alerted; the bot goes on and loses nothing that it received.',
      'Другая программа ведёт поллинг с тем же токеном. Суперадмины узнают об этом; бот продолжает и не теряет ничего из полученного.',
    ),
  },
  {
    id: 'wiped',
    title: text('Store wiped', 'Хранилище очищено'),
    promise: text(
      'The store forgets everything. After a quarantine of one lease polling continues, and never did two poll at once.',
      'Хранилище забыло всё. После карантина в один срок блокировки поллинг продолжается; двое сразу его не вели.',
    ),
  },
];

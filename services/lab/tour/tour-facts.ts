/** The table of the guided tour: six steps and their promises. */
import type { TourStepFacts } from './tour-view.ts';

export const tourStepFacts: readonly TourStepFacts[] = [
  {
    id: 'hello',
    title: { en: 'Say hello', ru: 'Поздороваться' },
    promise: {
      en: 'Everybody who writes gets an answer.',
      ru: 'Каждый, кто пишет, получает ответ.',
    },
  },
  {
    id: 'deploy',
    title: { en: 'Deploy without a gap', ru: 'Выкладка без паузы' },
    promise: {
      en: 'New workers replace the old under load: no message is lost, and the hand-over takes a moment.',
      ru: 'Новые воркеры сменяют старых под нагрузкой: ни одно сообщение не теряется, передача занимает мгновение.',
    },
  },
  {
    id: 'crash',
    title: { en: 'Crash under load', ru: 'Авария под нагрузкой' },
    promise: {
      en: 'The leader is killed in the middle of its work; the standby takes over, nothing is lost, the order holds.',
      ru: 'Лидер убит посреди работы; подхватывает резервный, ничего не потеряно, порядок сохранён.',
    },
  },
  {
    id: 'hung',
    title: { en: 'Hung bot, alert, one-tap repair', ru: 'Зависший бот, тревога, ремонт одним касанием' },
    promise: {
      en: 'Every worker hangs. The superadmins are told, and one tap on the alert’s link brings the bot back; nothing is lost.',
      ru: 'Зависли все воркеры. Суперадмины узнают об этом, и одно касание ссылки в тревоге возвращает бота; ничего не потеряно.',
    },
  },
  {
    id: 'rogue',
    title: { en: 'Rogue poller', ru: 'Чужой опрос' },
    promise: {
      en: 'Another program polls with the same token: the superadmins are told, the bot goes on, and loses nothing itself.',
      ru: 'Другая программа опрашивает тем же токеном: суперадмины узнают об этом, бот продолжает и сам ничего не теряет.',
    },
  },
  {
    id: 'wiped',
    title: { en: 'Store wiped', ru: 'Хранилище очищено' },
    promise: {
      en: 'The store forgets everything. After a quarantine of one lease polling goes on, and never did two poll at once.',
      ru: 'Хранилище забыло всё. После выдержки в один срок блокировки опрос продолжается, и ни разу не опрашивали двое.',
    },
  },
];

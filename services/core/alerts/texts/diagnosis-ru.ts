/**
 * Why the bot is silent, in Russian.
 *
 * Tested by: test/core/alerts/diagnosis-text.test.ts
 */
import type { DiagnosisTexts } from './diagnosis-texts.ts';

export const ru: DiagnosisTexts = {
  labels: {
    cause: 'Причина',
    error: 'Ошибка',
    lockHolder: 'Держит блокировку',
    lastPolledBy: 'Последним поллил',
    waitingUpdates: 'Ждут ответа',
    webhook: 'Webhook',
    unreachable: 'Не получают сообщений в Telegram',
    next: 'Что делать',
  },
  tasks: (running, desired) => `Запущено задач: ${running} из ${desired}`,
  lastTaskStopped: (reason) => `последняя остановилась: ${reason}`,
  causes: {
    'token-rejected': {
      why: 'Telegram отвергает токен бота',
      next: 'проверьте токен у @BotFather и обновите секрет',
    },
    'webhook-set': {
      why: 'установлен webhook, поллинг невозможен',
      next: 'перезапустите воркер: он сам снимет webhook',
    },
    'other-environment': {
      why: 'блокировку держит процесс другого ENVIRONMENT',
      next: 'остановите его и дайте ему своего бота и своё хранилище; затем почините бота (recover)',
    },
    'worker-switched-off': {
      why: 'сервис ECS выключен: desired count 0',
      next: 'верните desired count 1',
    },
    'no-task-running': {
      why: 'в ECS не запущено ни одной задачи',
      next: 'выясните, почему остановилась последняя, и перезапустите',
    },
    'never-started': { why: 'бот ещё ни разу не запускался', next: 'запустите воркер' },
    'nobody-holds-the-lock': {
      why: 'никто не держит блокировку поллинга',
      next: 'перезапустите воркер (recover)',
    },
    'store-was-wiped': {
      why: 'хранилище очищено, блокировка на карантине',
      next: 'подождите минуту; если бот молчит, почините его (recover)',
    },
    'lock-without-expiry': {
      why: 'у блокировки нет срока, её держатель пропал',
      next: 'удалите её: release-lock с force',
    },
    'another-poller': {
      why: 'с тем же токеном поллит другая программа',
      next: 'остановите её или смените токен',
    },
    'heartbeat-malformed': {
      why: 'heartbeat испорчен',
      next: 'найдите, кто его пишет; затем почините бота (recover)',
    },
    'telegram-unreachable': { why: 'Telegram недоступен', next: 'подождите; проверьте сеть' },
    'polls-failing': {
      why: 'поллинг завершается ошибками',
      next: 'почините бота (recover); если не помогло, смотрите лог воркера',
    },
    'holder-silent': {
      why: 'держатель блокировки молчит: завис или упал',
      next: 'снимите блокировку и перезапустите (recover)',
    },
    'handlers-failing': {
      why: 'обработчики завершаются ошибками, люди не получают ответов',
      next: 'откатите последнюю выкладку или исправьте обработчик',
    },
    'handlers-absent': {
      why: 'обновления никто не обрабатывает, они ждут в очереди',
      next: 'перезапустите (restart): обработчики перезапустятся тоже',
    },
    'handlers-behind': {
      why: 'обработчики не успевают, обновления ждут в очереди',
      next: 'смотрите их лог; если ошибок нет, добавьте задач',
    },
  },
};

/** The table of the drills: what each breaks, and what is promised to happen. The promises are docs/architecture.md's. */
import type { DrillFacts } from './drill-types.ts';

export const drillFacts: readonly DrillFacts[] = [
  {
    id: 'kill',
    title: { en: 'Kill a worker', ru: 'Убить воркер' },
    does: {
      en: 'Ends the worker’s process by SIGKILL, as a crash or a lost machine would.',
      ru: 'Завершает процесс воркера сигналом SIGKILL, как авария или потеря машины.',
    },
    promise: {
      en: 'The standby takes over as soon as the stopped task is reported; every message is answered, in order.',
      ru: 'Резервный воркер подхватывает, как только стало известно об остановке; на каждое сообщение приходит ответ, по порядку.',
    },
    target: 'worker',
    holds: false,
  },
  {
    id: 'freeze',
    title: { en: 'Freeze a worker', ru: 'Заморозить воркер' },
    does: {
      en: 'Stops the worker’s process by SIGSTOP: it lives, but does nothing. Wakes it again a while after the standby took over.',
      ru: 'Останавливает процесс воркера сигналом SIGSTOP: он жив, но ничего не делает. Будит его через некоторое время после перехвата.',
    },
    promise: {
      en: 'Its lease runs out and the standby takes over. The one that wakes up steps down and handles nothing; at most one call that was on its way when it froze may still leave it.',
      ru: 'Срок блокировки истекает, и подхватывает резервный воркер. Проснувшийся уступает и ничего не обрабатывает; уйти может разве что один вызов, который уже был в пути.',
    },
    target: 'worker',
    holds: true,
  },
  {
    id: 'resume',
    title: { en: 'Resume a frozen worker', ru: 'Разбудить воркер' },
    does: {
      en: 'Lets a frozen worker go on (SIGCONT).',
      ru: 'Даёт замороженному воркеру работать дальше (SIGCONT).',
    },
    promise: {
      en: 'It sees that its time is over before it does anything, and stands by if another leads.',
      ru: 'Прежде чем что-то сделать, он видит, что его время вышло, и становится резервным, если ведёт другой.',
    },
    target: 'worker',
    holds: false,
  },
  {
    id: 'stop',
    title: { en: 'Stop a worker', ru: 'Остановить воркер' },
    does: {
      en: 'Asks the worker to stop (SIGTERM), as a deployment does.',
      ru: 'Просит воркер завершиться (SIGTERM), как при выкладке.',
    },
    promise: {
      en: 'It finishes what it has begun, gives the lock back and ends with code 0; the standby takes over at once.',
      ru: 'Он доделывает начатое, отдаёт блокировку и завершается с кодом 0; резервный подхватывает сразу.',
    },
    target: 'worker',
    holds: false,
  },
  {
    id: 'add',
    title: { en: 'Add a worker', ru: 'Добавить воркер' },
    does: {
      en: 'Starts one more worker with the same token, and takes it away again after a while.',
      ru: 'Запускает ещё один воркер с тем же токеном, а через некоторое время убирает.',
    },
    promise: {
      en: 'It stands by. There is still exactly one that polls.',
      ru: 'Он становится резервным. Опрашивает по-прежнему ровно один.',
    },
    target: 'none',
    holds: true,
  },
  {
    id: 'rogue',
    title: { en: 'Rogue poller', ru: 'Чужой опрос' },
    does: {
      en: 'A program outside the lock polls Telegram with the same token, and takes what it gets.',
      ru: 'Программа в обход блокировки опрашивает Telegram тем же токеном и забирает, что получит.',
    },
    promise: {
      en: 'Nobody can keep it out: it takes messages. But every superadmin is told, the bot never gives up, and loses nothing itself.',
      ru: 'Помешать ему нельзя: часть сообщений он забирает. Но об этом узнаёт каждый суперадмин, а бот не сдаётся и сам ничего не теряет.',
    },
    target: 'none',
    holds: true,
  },
  {
    id: 'cut',
    title: { en: 'Cut a worker from the store', ru: 'Отрезать воркер от хранилища' },
    does: {
      en: 'The store refuses every connection of this one worker for a while.',
      ru: 'Хранилище на время отказывает в соединении одному этому воркеру.',
    },
    promise: {
      en: 'It cannot renew its lease, so it stops in time by its own clock; the standby takes over; never two at once.',
      ru: 'Он не может продлить блокировку и вовремя останавливается по своим часам; подхватывает резервный; двух сразу не бывает.',
    },
    target: 'worker',
    holds: true,
  },
  {
    id: 'wipe',
    title: { en: 'Wipe the store', ru: 'Очистить хранилище' },
    does: {
      en: 'FLUSHALL: the lock, the epoch, the heartbeat, the journal, the inbox and the audit trail are gone.',
      ru: 'FLUSHALL: пропадают блокировка, эпоха, heartbeat, журнал, уведомления и журнал аудита.',
    },
    promise: {
      en: 'For one lease a quarantine keeps everybody out, so that an old leader cannot overlap with a new one; then polling goes on. Only what stood in the journal alone may be lost.',
      ru: 'На один срок блокировки выдержка не пускает никого, чтобы старый и новый лидер не пересеклись; затем опрос продолжается. Потеряться может только то, что было лишь в журнале.',
    },
    target: 'none',
    holds: false,
  },
  {
    id: 'telegram-429',
    title: { en: 'Telegram: 429', ru: 'Telegram: 429' },
    does: {
      en: 'Telegram answers polls with 429 and asks to wait.',
      ru: 'Telegram отвечает на опрос кодом 429 и просит подождать.',
    },
    promise: {
      en: 'The bot waits as long as it was asked to, then goes on; nothing is lost.',
      ru: 'Бот ждёт столько, сколько попросили, и продолжает; ничего не теряется.',
    },
    target: 'none',
    holds: true,
  },
  {
    id: 'telegram-502',
    title: { en: 'Telegram: 502', ru: 'Telegram: 502' },
    does: {
      en: 'Telegram answers polls with a web server’s error page.',
      ru: 'Telegram отвечает на опрос страницей ошибки веб-сервера.',
    },
    promise: {
      en: 'The bot tries again, ever more slowly, and never gives up; nothing is lost.',
      ru: 'Бот пробует снова, всё реже, и никогда не сдаётся; ничего не теряется.',
    },
    target: 'none',
    holds: true,
  },
  {
    id: 'telegram-hang',
    title: { en: 'Telegram: no answer', ru: 'Telegram: нет ответа' },
    does: {
      en: 'Telegram takes a poll and never answers it, as over a half-closed connection.',
      ru: 'Telegram принимает опрос и не отвечает, как при полузакрытом соединении.',
    },
    promise: {
      en: 'The bot gives the call up by its own deadline (the poll’s time and 10 s) and asks again; nothing is lost.',
      ru: 'Бот бросает вызов по своему сроку (время опроса и 10 с) и спрашивает снова; ничего не теряется.',
    },
    target: 'none',
    holds: true,
  },
  {
    id: 'stop-monitor',
    title: { en: 'Stop the monitor', ru: 'Остановить монитор' },
    does: {
      en: 'The heartbeat monitor is not called any more.',
      ru: 'Монитор heartbeat больше не вызывается.',
    },
    promise: {
      en: 'The watchman is watched too: after five missed runs its alarm reaches SNS, and again when it is back. The bot works on.',
      ru: 'За сторожем тоже следят: после пяти пропущенных запусков тревога приходит в SNS, и ещё раз — когда он вернулся. Бот работает.',
    },
    target: 'none',
    holds: true,
  },
  {
    id: 'poison',
    title: { en: 'Poison message', ru: 'Ядовитое сообщение' },
    does: {
      en: 'A message whose handler kills the worker’s process, every time that it is tried.',
      ru: 'Сообщение, обработчик которого убивает процесс воркера при каждой попытке.',
    },
    promise: {
      en: 'After at most three attempts it is put aside and the superadmins are told; all others get their answers.',
      ru: 'Самое большее после трёх попыток его откладывают и сообщают суперадминам; все остальные получают ответы.',
    },
    target: 'none',
    holds: false,
  },
];

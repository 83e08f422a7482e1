/**
 * The table of the drills: what each breaks, and what is promised to happen. The promises are docs/architecture.md's.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import type { LabServices } from '../queue-mode/queue-mode.ts';
import { text } from '../shared/text.ts';
import type { DrillFacts, DrillId } from './drill-types.ts';
import { queueDrillFacts } from './queue-drill-facts.ts';

export const drillFacts: readonly DrillFacts[] = [
  {
    id: 'kill',
    title: text('Kill a worker', 'Убить воркер'),
    does: text(
      'Kills the worker’s process with SIGKILL, like a crash or a lost machine.',
      'Завершает процесс воркера сигналом SIGKILL, как при аварии или потере машины.',
    ),
    promise: text(
      'The standby takes over as soon as the stopped task is reported: here at once, on Fargate about 10–30 s after a crash, and always within the lease. Every message is answered, in order.',
      'Резервный воркер подхватывает, как только приходит событие об остановке задачи: здесь сразу, на Fargate примерно через 10–30 с после аварии и всегда в пределах срока блокировки. На каждое сообщение приходит ответ, по порядку.',
    ),
    target: 'worker',
    holds: false,
  },
  {
    id: 'freeze',
    title: text('Freeze a worker', 'Заморозить воркер'),
    does: text(
      'Stops the worker’s process with SIGSTOP: alive, but doing nothing. Wakes it a while after the standby has taken over.',
      'Останавливает процесс воркера сигналом SIGSTOP: он жив, но ничего не делает. Будит его через некоторое время после того, как подхватит резервный.',
    ),
    promise: text(
      'Its lease expires and the standby takes over. When it wakes, it steps down and handles nothing. At most one call that was about to leave when it froze may still go out.',
      'Срок его блокировки истекает, и подхватывает резервный воркер. Проснувшийся уступает и ничего не обрабатывает. Уйти может разве что один вызов, который он готовил в момент заморозки.',
    ),
    target: 'worker',
    holds: true,
  },
  {
    id: 'resume',
    title: text('Resume a frozen worker', 'Разбудить воркер'),
    does: text(
      'Lets a frozen worker continue (SIGCONT).',
      'Даёт замороженному воркеру продолжить работу (SIGCONT).',
    ),
    promise: text(
      'It checks its lease before it does anything, and stands by if another worker leads.',
      'Прежде чем что-то делать, он проверяет срок блокировки и становится резервным, если ведёт другой.',
    ),
    target: 'worker',
    holds: false,
  },
  {
    id: 'stop',
    title: text('Stop a worker', 'Остановить воркер'),
    does: text(
      'Asks the worker to stop (SIGTERM), as a deployment does.',
      'Просит воркер завершиться (SIGTERM), как при выкладке.',
    ),
    promise: text(
      'It finishes what it has begun, releases the lock and exits with code 0. The standby takes over at once.',
      'Он доделывает начатое, отдаёт блокировку и завершается с кодом 0. Резервный подхватывает сразу.',
    ),
    target: 'worker',
    holds: false,
  },
  {
    id: 'add',
    title: text('Add a worker', 'Добавить воркер'),
    does: text(
      'Starts one more worker with the same token, and removes it after a while.',
      'Запускает ещё один воркер с тем же токеном, а через некоторое время убирает его.',
    ),
    promise: text(
      'It stands by. Still exactly one worker polls.',
      'Он становится резервным. Поллинг по-прежнему ведёт ровно один воркер.',
    ),
    target: 'none',
    holds: true,
  },
  {
    id: 'rogue',
    title: text('Rogue poller', 'Посторонний поллинг'),
    does: text(
      'A program that ignores the lock polls Telegram with the same token, and takes what it gets.',
      'Программа в обход блокировки ведёт поллинг с тем же токеном и забирает всё, что получит.',
    ),
    promise: text(
      'Nothing can keep it out, so it takes some messages. But every superadmin is alerted, the bot never gives up, and it loses nothing that it received.',
      'Помешать ей нельзя: часть сообщений она забирает. Но сообщение об этом получает каждый суперадмин, а бот не сдаётся и не теряет ничего из полученного.',
    ),
    target: 'none',
    holds: true,
  },
  {
    id: 'cut',
    title: text('Cut a worker from the store', 'Отрезать воркер от хранилища'),
    does: text(
      'The store refuses every connection of this one worker for a while.',
      'Хранилище некоторое время отклоняет все соединения одного этого воркера.',
    ),
    promise: text(
      'It cannot renew its lease, so it stops in time by its own clock. The standby takes over. Never do two poll at once.',
      'Он не может продлить блокировку и вовремя останавливается по своим часам. Подхватывает резервный. Двое сразу поллинг не ведут никогда.',
    ),
    target: 'worker',
    holds: true,
  },
  {
    id: 'wipe',
    title: text('Wipe the store', 'Очистить хранилище'),
    does: text(
      'FLUSHALL: the lock, the epoch, the heartbeat, the journal, the inbox and the audit trail are gone.',
      'FLUSHALL: пропадают блокировка, эпоха, heartbeat, журнал обновлений, уведомления и журнал аудита.',
    ),
    promise: text(
      'A quarantine keeps every worker out for one lease, so that an old leader cannot overlap with a new one. Then polling continues. Only updates that existed in the journal alone may be lost.',
      'Карантин на один срок блокировки не пускает ни один воркер, чтобы старый и новый лидер не пересеклись. Затем поллинг продолжается. Потеряться могут только обновления, которые были лишь в журнале.',
    ),
    target: 'none',
    holds: false,
  },
  {
    id: 'telegram-429',
    title: text('Telegram: 429', 'Telegram: 429'),
    does: text(
      'Telegram answers polls with 429 and a time to wait.',
      'Telegram отвечает на поллинг кодом 429 и просит подождать.',
    ),
    promise: text(
      'The bot waits as long as it was asked to, then continues. Nothing is lost.',
      'Бот ждёт столько, сколько попросили, и продолжает. Ничего не теряется.',
    ),
    target: 'none',
    holds: true,
  },
  {
    id: 'telegram-502',
    title: text('Telegram: 502', 'Telegram: 502'),
    does: text(
      'Telegram answers polls with a web server’s error page.',
      'Telegram отвечает на поллинг страницей ошибки веб-сервера.',
    ),
    promise: text(
      'The bot tries again with growing delays and never gives up. Nothing is lost.',
      'Бот повторяет запрос, увеличивая паузы, и никогда не сдаётся. Ничего не теряется.',
    ),
    target: 'none',
    holds: true,
  },
  {
    id: 'telegram-hang',
    title: text('Telegram: no answer', 'Telegram: нет ответа'),
    does: text(
      'Telegram accepts a poll and never answers it, as over a half-closed connection.',
      'Telegram принимает запрос и не отвечает, как при полузакрытом соединении.',
    ),
    promise: text(
      'The bot abandons the call at its own deadline (the poll’s timeout plus 10 s) and polls again. Nothing is lost.',
      'Бот бросает запрос по своему таймауту (время поллинга плюс 10 с) и повторяет его. Ничего не теряется.',
    ),
    target: 'none',
    holds: true,
  },
  {
    id: 'stop-monitor',
    title: text('Stop the monitor', 'Остановить монитор'),
    does: text('The heartbeat monitor is no longer invoked.', 'Монитор heartbeat больше не вызывается.'),
    promise: text(
      'The monitor is monitored too: after five missed runs its alarm reaches SNS, and an all-clear when it is back. The bot works on.',
      'За монитором тоже следят: после пяти пропущенных запусков в SNS приходит тревога, а когда он вернётся — отбой. Бот работает.',
    ),
    target: 'none',
    holds: true,
  },
  {
    id: 'poison',
    title: text('Poison message', 'Ядовитое сообщение'),
    does: text(
      'Sends a message whose handler kills the worker’s process on every attempt.',
      'Отправляет сообщение, обработчик которого убивает процесс воркера при каждой попытке.',
    ),
    promise: text(
      'After at most three attempts it becomes a dead letter, and the superadmins are alerted. All other messages are answered.',
      'Самое большее после трёх попыток его откладывают и сообщают суперадминам. На все остальные сообщения приходят ответы.',
    ),
    target: 'none',
    holds: false,
  },
  {
    id: 'failing-handlers',
    title: text('Failing handlers', 'Обработчики с ошибкой'),
    does: text(
      'Most messages fail in their handlers, as after a bad deployment. The bot polls on.',
      'Обработка большинства сообщений заканчивается ошибкой, как после неудачной выкладки. Поллинг идёт.',
    ),
    promise: text(
      'A fresh heartbeat hides nothing: within seconds every verdict says that handlers fail, and every superadmin is alerted. After the roll-back it says that the bot works.',
      'Свежий heartbeat ничего не скрывает: через несколько секунд вердикт говорит об ошибках обработчиков, сообщение получает каждый суперадмин. После отката — снова «работает».',
    ),
    target: 'none',
    holds: true,
  },
  {
    id: 'other-bot',
    title: text('Two bots on one store', 'Два бота на одном хранилище'),
    does: text(
      'Starts a worker of another bot with this bot’s store, as a copied .env does.',
      'Запускает воркер другого бота с хранилищем этого, как бывает после копирования .env.',
    ),
    promise: text(
      'It is refused at once with exit code 78 and one line that names both bots and the ways out. This bot does not notice: its lock and its messages stay its own.',
      'Он сразу получает отказ: код 78 и одна строка, где названы оба бота и что делать. Этот бот ничего не замечает: его блокировка и сообщения остаются его.',
    ),
    target: 'none',
    holds: false,
  },
];

const allFacts: ReadonlyMap<DrillId, DrillFacts> = new Map(
  [...drillFacts, ...queueDrillFacts].map((facts) => [facts.id, facts]),
);

export function factsOf(id: DrillId): DrillFacts | undefined {
  return allFacts.get(id);
}

/** The drills that this lab has. */
export function drillFactsOf({ queue }: Pick<LabServices, 'queue'>): readonly DrillFacts[] {
  return queue === undefined ? drillFacts : [...allFacts.values()];
}

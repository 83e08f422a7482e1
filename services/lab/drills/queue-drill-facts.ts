/** The drills of queue mode: what each breaks, and what is promised to happen. The promises are docs/scaling.md's. */
import { text } from '../shared/text.ts';
import type { DrillFacts } from './drill-types.ts';

export const queueDrillFacts: readonly DrillFacts[] = [
  {
    id: 'kill-consumer',
    title: text('Kill a consumer', 'Убить консьюмер'),
    does: text(
      'Kills a consumer with SIGKILL in the middle of its work.',
      'Завершает консьюмер сигналом SIGKILL посреди работы.',
    ),
    promise: text(
      'Another consumer gets what it held when the visibility of the messages has passed: here at most 30 s, less at a higher speed. Other chats go on. Every message is answered, in order.',
      'Что у него было, получит другой консьюмер, когда истечёт срок видимости сообщений: здесь не больше 30 с, на высокой скорости меньше. Остальные чаты не ждут. На каждое сообщение приходит ответ, по порядку.',
    ),
    target: 'consumer',
    holds: false,
  },
  {
    id: 'freeze-consumer',
    title: text('Freeze a consumer', 'Заморозить консьюмер'),
    does: text(
      'Stops a consumer with SIGSTOP until the visibility of what it holds has passed, and wakes it a while later.',
      'Останавливает консьюмер сигналом SIGSTOP, пока не истечёт срок видимости его сообщений, и немного позже будит.',
    ),
    promise: text(
      'Another consumer runs what it held. When it wakes, its receipts are no longer good: it neither answers nor removes anything. At most a call that was about to leave when it froze may still go out.',
      'Что у него было, обработает другой консьюмер. У проснувшегося право на эти сообщения истекло: он не отвечает на них и ничего не удаляет. Уйти может разве что вызов, который он готовил в момент заморозки.',
    ),
    target: 'consumer',
    holds: true,
  },
  {
    id: 'queue-away',
    title: text('The queue is away', 'Очередь недоступна'),
    does: text(
      'SQS refuses every call of the worker and the consumers.',
      'SQS отклоняет все вызовы воркера и консьюмеров.',
    ),
    promise: text(
      'The bot polls on, and what it receives waits in the journal: nothing is given up, and no attempt is counted. When the queue is back, every message is answered, in order.',
      'Поллинг идёт, а полученное ждёт в журнале: ничего не отбрасывается, попытки не тратятся. Когда очередь вернётся, на каждое сообщение придёт ответ, по порядку.',
    ),
    target: 'none',
    holds: true,
  },
];

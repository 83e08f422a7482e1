/**
 * SIGKILL and SIGSTOP for a consumer, and a queue that is away: queue mode must lose nothing and keep each chat's order.
 *
 * Tested by: test/lab/drills/queue-drills.long.test.ts
 */
import type { Task } from '../ecs/task.ts';
import type { QueueMode } from '../queue-mode/queue-mode.ts';
import { text } from '../shared/text.ts';
import { alreadyEnded, finish, untilAnswering, untilAwake, untilHealthy } from './drill-checks.ts';
import { type Drill, type DrillContext, PromiseBroken } from './drill-context.ts';

const holdMs = 5000;

export const killConsumer: Drill = async (context, name) => {
  const { sqs } = queueOf(context);
  const task = consumerOf(context, name);
  await context.until(text('it holds messages', 'у него есть сообщения'), async () => {
    await task.askHealth();
    return Number(task.health?.body['held'] ?? 0) > 0;
  });
  const { deliveredAgain } = sqs.queue;
  const killedMs = context.nowMs;
  context.demand(task.signal('SIGKILL'), alreadyEnded);
  await context.until(text('the consumer has ended', 'консьюмер завершился'), () => task.exit !== undefined);
  await untilHealthy(context, [task]);
  context.measure('consumersAgainMs', context.nowMs - killedMs);
  await finish(context);
  context.measure('deliveredAgain', sqs.queue.deliveredAgain - deliveredAgain);
};

export const freezeConsumer: Drill = async (context, name) => {
  const { sqs } = queueOf(context);
  const task = consumerOf(context, name);
  const { deliveredAgain } = sqs.queue;
  // The consumer's card and a deployment can wake it too.
  const isFixed = (): boolean => context.fixed.aborted || !task.frozen;
  try {
    context.demand(task.signal('SIGSTOP'), alreadyEnded);
    const deliveredAgainAfterMs = await context.seen(
      text('the queue delivers again what it held', 'очередь снова выдаёт то, что было у него'),
      () => sqs.queue.deliveredAgain > deliveredAgain,
      { isFixed },
    );
    if (deliveredAgainAfterMs !== undefined) context.measure('deliveredAgainAfterMs', deliveredAgainAfterMs);
    await context.hold(
      holdMs,
      text('It is still frozen; it wakes up soon.', 'Он ещё заморожен; скоро его разбудят.'),
      isFixed,
    );
  } finally {
    task.signal('SIGCONT');
  }
  await untilAwake(context, task);
  await finish(context);
};

export const queueAway: Drill = async (context) => {
  const { lab } = context;
  const { sqs } = queueOf(context);
  sqs.fault({ kind: 'unavailable' });
  lab.faults.queue = 'away';
  try {
    const { polls } = context.polls;
    await context.seen(
      text('the bot polls on, and updates wait in the journal', 'поллинг идёт, обновления ждут в журнале'),
      async () => context.polls.polls > polls && (await lab.journalSize()) > 0,
    );
    await context.hold(
      holdMs,
      text('The queue is still away; it is back soon.', 'Очередь ещё недоступна; скоро вернётся.'),
    );
    if (!context.unseen) context.measure('waitedInJournal', await lab.journalSize());
  } finally {
    sqs.clearFaults();
    lab.faults.queue = null;
  }
  await untilAnswering(context);
  await finish(context);
};

/** The runner starts these drills in queue mode alone. */
function queueOf({ lab: { queue } }: DrillContext): QueueMode {
  if (queue === undefined) throw new Error('the lab is not in queue mode');
  return queue;
}

function consumerOf(context: DrillContext, name: string | null): Task {
  const task = queueOf(context).consumers.tasks.find(({ identity }) => identity.name === name);
  if (task === undefined)
    throw new PromiseBroken(text('The consumer had already ended.', 'Консьюмер уже завершился.'));
  return task;
}

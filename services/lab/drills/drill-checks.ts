/**
 * What most drills wait for, check and measure.
 *
 * Tested by: test/lab/drills/demands.test.ts
 */
import type { AuditEvent } from '../../core/platform/audit-trail.ts';
import type { Task } from '../ecs/task.ts';
import { isReady, isServing } from '../lab-readiness.ts';
import type { LoadCounts } from '../load/load-view.ts';
import { servicesOf } from '../queue-mode/queue-mode.ts';
import { type Text, text } from '../shared/text.ts';
import { type DrillContext, PromiseBroken, type SeenOptions } from './drill-context.ts';
import { leaderTask } from './targets.ts';

export interface Allowances {
  /** How many messages may be lost; none by default. */
  readonly lost?: number;
}

/** More than a drill causes between its action and its look at the audit trail. */
const auditEntries = 20;
export const alreadyEnded = text('The worker had already ended.', 'Воркер уже завершился.');
export const healthyText = text('one leads, the others stand by', 'один ведёт, остальные в резерве');

/** @throws PromiseBroken if the worker has ended */
export function workerOf({ lab }: DrillContext, name: string | null): Task {
  const task = lab.tasks.tasks.find(({ identity }) => identity.name === name);
  if (task === undefined) throw new PromiseBroken(alreadyEnded);
  return task;
}

/** Waits until another worker leads and polls; unseen if the fault is fixed first. */
export async function untilTakenOver(
  context: DrillContext,
  from: Task,
  options: SeenOptions = {},
): Promise<void> {
  const tookOver = async (): Promise<boolean> => {
    const leader = await leaderTask(context.lab);
    return leader !== undefined && leader !== from;
  };
  await context.seen(text('another worker takes over', 'подхватывает другой воркер'), tookOver, options);
  if (context.unseen) return;
  const before = context.polls.polls;
  await context.seen(text('it polls', 'он начинает поллинг'), () => context.polls.polls > before, options);
}

/** One worker leads, all others stand by and all consumers are healthy, frozen ones aside. */
export function isHealthy({ lab: { tasks, queue } }: DrillContext): boolean {
  const awake = tasks.tasks.filter(({ frozen }) => !frozen);
  return isReady(awake, tasks.desired - (tasks.tasks.length - awake.length)) && isServing(queue?.consumers);
}

/** Waits until the lab is healthy and the tasks of `gone` have left it. */
export async function untilHealthy(context: DrillContext, gone: readonly Task[] = []): Promise<void> {
  const services = servicesOf(context.lab);
  await context.until(
    healthyText,
    () => isHealthy(context) && !services.some(({ tasks }) => tasks.some((task) => gone.includes(task))),
  );
}

/** Waits until a woken process answers. */
export async function untilAwake(context: DrillContext, task: Task): Promise<void> {
  task.health = undefined;
  const awakeAfterMs = await context.until(
    text('the woken process answers health checks', 'проснувшийся процесс отвечает на проверку'),
    () => task.health?.healthy === true,
  );
  context.measure('awakeAfterMs', awakeAfterMs);
}

/** Waits until one second's worth of messages has been answered; unseen if the drill is called off first. */
export async function untilLoadFlows(context: DrillContext): Promise<void> {
  const { load } = context;
  await context.seen(text('messages are answered', 'на сообщения приходят ответы'), () => {
    const { answered, perSecond } = load.view();
    return answered >= perSecond;
  });
}

/** Waits until a message sent from now on is answered. */
export async function untilAnswering(context: DrillContext): Promise<void> {
  const { tracker } = context.load;
  const sinceMs = context.nowMs;
  await context.until(
    text('a message sent now is answered', 'ответ на сообщение, отправленное сейчас'),
    () => tracker.lastAnsweredAskedMs >= sinceMs,
  );
}

/** Stops the load, waits until every message is answered or known to be lost, and records the figures. */
export async function closeTracker(context: DrillContext): Promise<LoadCounts> {
  const { load } = context;
  load.stop();
  await context.until(
    text('every message is accounted for', 'судьба каждого сообщения известна'),
    () => load.tracker.waiting === 0,
  );
  const counts = load.tracker.counts(context.nowMs);
  context.measure('pauseMs', context.polls.longestPauseMs);
  for (const id of ['sent', 'lost', 'outOfOrder', 'repeated'] as const) context.measure(id, counts[id]);
  context.measure('slowestAnswerMs', load.tracker.slowestMs);
  return counts;
}

/** Demands that no message was lost beyond the allowance, and that all answers came in order. */
export async function settle(context: DrillContext, { lost: lostMax = 0 }: Allowances = {}): Promise<void> {
  const { lost, outOfOrder } = await closeTracker(context);
  demandLost(context, lost, lostMax);
  context.demand(
    outOfOrder === 0,
    text(`${outOfOrder} answers came out of order.`, `Ответов не по порядку: ${outOfOrder}.`),
  );
}

export function demandLost({ demand }: DrillContext, lost: number, lostMax = 0): void {
  demand(lost <= lostMax, text(`${lost} messages were lost.`, `Потеряно сообщений: ${lost}.`));
}

/** How most drills end: the lab is healthy, the load is settled, and no two programs ever polled at once. */
export async function finish(context: DrillContext, allowances: Allowances = {}): Promise<void> {
  await untilHealthy(context);
  await settle(context, allowances);
  demandNoOverlap(context);
}

/** Demands an audit entry of one of `events` for this lock value. */
export async function demandAudited(
  { lab, demand }: DrillContext,
  lock: string,
  events: readonly AuditEvent[],
  why: Text,
): Promise<void> {
  const entries = await lab.audit.latest(auditEntries);
  demand(
    entries.some(({ event, before }) => before === lock && events.some((one) => one === event)),
    why,
  );
}

export function demandNoOverlap(context: DrillContext): void {
  const times = context.overlaps();
  context.measure('twoAtOnce', times);
  context.demand(times === 0, text('Two programs polled at once.', 'Поллинг вели две программы сразу.'));
}

/**
 * Demands that woken processes did not carry on as leader. One call is allowed: if the process froze between its check
 * of the clock and its send, the call leaves on waking and cannot be taken back (docs/architecture.md, “What is not
 * promised”).
 */
export function demandNoLateCalls(context: DrillContext): void {
  const calls = Math.max(context.polls.disownedPolls, context.overlaps());
  context.measure('callsOnTheWay', calls);
  context.demand(
    calls <= 1,
    text('A worker that woke up polled on.', 'Проснувшийся воркер продолжил поллинг.'),
  );
}

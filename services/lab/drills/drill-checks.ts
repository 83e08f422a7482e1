/** What most drills wait for, check and measure. */
import type { AuditEvent } from '../../core/platform/audit-trail.ts';
import type { Task } from '../ecs/task.ts';
import { isReady } from '../lab-readiness.ts';
import type { LoadCounts } from '../load/load-view.ts';
import { type Text, text } from '../shared/text.ts';
import { type DrillContext, PromiseBroken, type SeenOptions } from './drill-context.ts';
import { leaderTask } from './targets.ts';

export interface Allowances {
  /** So many messages may be lost; none when left out. */
  readonly lost?: number;
}

/** More than happens between what a drill does and its look at the audit trail. */
const auditEntries = 20;
export const alreadyEnded = text('The worker had ended before.', 'Воркер уже завершился.');

/** @throws PromiseBroken when it has ended */
export function workerOf({ lab }: DrillContext, name: string | null): Task {
  const task = lab.tasks.tasks.find(({ identity }) => identity.name === name);
  if (task === undefined) throw new PromiseBroken(alreadyEnded);
  return task;
}

/** Another worker than this one leads, and polls; not seen when the fault is mended before. */
export async function untilTakenOver(
  context: DrillContext,
  from: Task,
  mending: SeenOptions = {},
): Promise<void> {
  const led = async (): Promise<boolean> => {
    const leader = await leaderTask(context.lab);
    return leader !== undefined && leader !== from;
  };
  await context.seen(text('another worker takes over', 'другой воркер подхватывает'), led, mending);
  if (context.unseen) return;
  const before = context.polls.polls;
  await context.seen(text('it polls', 'он опрашивает'), () => context.polls.polls > before, mending);
}

export const healthyText = text('one leads, the others stand by', 'один ведёт, остальные в резерве');

/** One leads and all others stand by, but for those that somebody has frozen. */
export function isHealthy({ lab: { tasks } }: DrillContext): boolean {
  const awake = tasks.tasks.filter(({ frozen }) => !frozen);
  return isReady(awake, tasks.desired - (tasks.tasks.length - awake.length));
}

/** The lab is whole, without those of `gone`. */
export async function untilHealthy(context: DrillContext, gone: readonly Task[] = []): Promise<void> {
  const { tasks } = context.lab;
  await context.until(
    healthyText,
    () => isHealthy(context) && !tasks.tasks.some((task) => gone.includes(task)),
  );
}

/** Messages flow: as many as a second brings are answered. Not seen when the drill is called off before. */
export async function untilLoadFlows(context: DrillContext): Promise<void> {
  const { load } = context;
  await context.seen(text('messages are answered', 'на сообщения приходят ответы'), () => {
    const { answered, perSecond } = load.view();
    return answered >= perSecond;
  });
}

/** A question that is asked from now on is answered. */
export async function untilAnswering(context: DrillContext): Promise<void> {
  const { tracker } = context.load;
  const sinceMs = context.nowMs;
  await context.until(
    text('a message sent now is answered', 'ответ на сообщение, отправленное сейчас'),
    () => tracker.lastAnsweredAskedMs >= sinceMs,
  );
}

/** Nothing more is asked; every question is answered or known to be lost. The figures of the drill are there then. */
export async function closeTracker(context: DrillContext): Promise<LoadCounts> {
  const { load } = context;
  load.stop();
  await context.until(
    text('every message is accounted for', 'судьба каждого сообщения известна'),
    () => load.tracker.waiting === 0,
  );
  const counts = load.tracker.counts(context.nowMs);
  context.measure('pauseMs', context.polls.longestPauseMs);
  context.measure('sent', counts.sent);
  context.measure('lost', counts.lost);
  context.measure('outOfOrder', counts.outOfOrder);
  context.measure('repeated', counts.repeated);
  context.measure('slowestAnswerMs', load.tracker.slowestMs);
  return counts;
}

/** The book is closed, and what it says is as promised. */
export async function settle(context: DrillContext, { lost: lostMax = 0 }: Allowances = {}): Promise<void> {
  const { lost, outOfOrder } = await closeTracker(context);
  context.demand(lost <= lostMax, text(`${lost} messages were lost.`, `Потеряно сообщений: ${lost}.`));
  context.demand(
    outOfOrder === 0,
    text(`${outOfOrder} answers came out of order.`, `Ответов не по порядку: ${outOfOrder}.`),
  );
}

/** How the lock went that a worker held: by its own hand (`lost`: with something unconfirmed), or broken by another's. */
export async function demandAudited(
  context: DrillContext,
  lock: string,
  events: readonly AuditEvent[],
  why: Text,
): Promise<void> {
  const entries = await context.lab.audit.latest(auditEntries);
  context.demand(
    entries.some(({ event, before }) => before === lock && events.some((one) => one === event)),
    why,
  );
}

export function demandNoOverlap(context: DrillContext): void {
  const times = context.overlaps();
  context.measure('twoAtOnce', times);
  context.demand(times === 0, text('Two programs polled at once.', 'Опрашивали две программы сразу.'));
}

/**
 * Processes that slept have not gone on where they were. A call for which the clock had been asked, and which had not
 * left yet, leaves when they wake: no program can take it back, so one is allowed (docs/architecture.md, “What is not
 * promised”).
 */
export function demandNoLateCalls(context: DrillContext): void {
  const calls = Math.max(context.polls.disownedPolls, context.overlaps());
  context.measure('callsOnTheWay', calls);
  context.demand(
    calls <= 1,
    text('A worker that woke up polled on.', 'Проснувшийся воркер продолжил опрос.'),
  );
}

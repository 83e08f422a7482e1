/** What most drills wait for, check and measure. */
import type { AuditEvent } from '../../core/platform/audit-trail.ts';
import type { Task } from '../ecs/task.ts';
import { isReady } from '../lab-readiness.ts';
import type { LoadCounts } from '../load/load-view.ts';
import { type Text, text } from '../shared/text.ts';
import { PromiseBroken, type Scene, type WhileFaulty } from './drill-context.ts';
import { leaderTask } from './targets.ts';

export interface Allowances {
  /** So many messages may be lost; none when left out. */
  readonly lost?: number;
}

/** More than happens between what a drill does and its look at the audit trail. */
const auditEntries = 20;
export const hadEnded = text('The worker had ended before.', 'Воркер уже завершился.');

/** @throws PromiseBroken when it has ended */
export function workerOf({ lab }: Scene, name: string | null): Task {
  const task = lab.tasks.tasks.find(({ identity }) => identity.name === name);
  if (task === undefined) throw new PromiseBroken(hadEnded);
  return task;
}

/** Another worker than this one leads, and polls; not seen when the fault is mended before. */
export async function untilTakenOver(scene: Scene, from: Task, mending: WhileFaulty = {}): Promise<void> {
  const led = async (): Promise<boolean> => {
    const leader = await leaderTask(scene.lab);
    return leader !== undefined && leader !== from;
  };
  await scene.seen(text('another worker takes over', 'другой воркер подхватывает'), led, mending);
  if (scene.unseen) return;
  const before = scene.polls.polls;
  await scene.seen(text('it polls', 'он опрашивает'), () => scene.polls.polls > before, mending);
}

export const wholeText = text('one leads, the others stand by', 'один ведёт, остальные в резерве');

/** One leads and all others stand by, but for those that somebody has frozen. */
export function isWhole({ lab: { tasks } }: Scene): boolean {
  const awake = tasks.tasks.filter(({ frozen }) => !frozen);
  return isReady(awake, tasks.desired - (tasks.tasks.length - awake.length));
}

/** The lab is whole, without those of `gone`. */
export async function untilWhole(scene: Scene, gone: readonly Task[] = []): Promise<void> {
  const { tasks } = scene.lab;
  await scene.until(wholeText, () => isWhole(scene) && !tasks.tasks.some((task) => gone.includes(task)));
}

/** Messages flow: as many as a second brings are answered. Not seen when the drill is called off before. */
export async function untilUnderWay(scene: Scene): Promise<void> {
  const { load } = scene;
  await scene.seen(text('messages are answered', 'на сообщения приходят ответы'), () => {
    const { answered, perSecond } = load.view();
    return answered >= perSecond;
  });
}

/** A question that is asked from now on is answered. */
export async function untilAnswering(scene: Scene): Promise<void> {
  const { book } = scene.load;
  const sinceMs = scene.nowMs;
  await scene.until(
    text('a message sent now is answered', 'ответ на сообщение, отправленное сейчас'),
    () => book.lastAnsweredAskedMs >= sinceMs,
  );
}

/** Nothing more is asked; every question is answered or known to be lost. The figures of the drill are there then. */
export async function closeBook(scene: Scene): Promise<LoadCounts> {
  const { load } = scene;
  load.stop();
  await scene.until(
    text('every message is accounted for', 'судьба каждого сообщения известна'),
    () => load.book.waiting === 0,
  );
  const counts = load.book.counts(scene.nowMs);
  scene.measure('pauseMs', scene.polls.longestPauseMs);
  scene.measure('sent', counts.sent);
  scene.measure('lost', counts.lost);
  scene.measure('outOfOrder', counts.outOfOrder);
  scene.measure('repeated', counts.repeated);
  scene.measure('slowestAnswerMs', load.book.slowestMs);
  return counts;
}

/** The book is closed, and what it says is as promised. */
export async function settle(scene: Scene, { lost: lostMax = 0 }: Allowances = {}): Promise<void> {
  const { lost, outOfOrder } = await closeBook(scene);
  scene.demand(lost <= lostMax, text(`${lost} messages were lost.`, `Потеряно сообщений: ${lost}.`));
  scene.demand(
    outOfOrder === 0,
    text(`${outOfOrder} answers came out of order.`, `Ответов не по порядку: ${outOfOrder}.`),
  );
}

/** How the lock went that a worker held: by its own hand (`lost`: with something unconfirmed), or broken by another's. */
export async function demandLockWent(
  scene: Scene,
  lock: string,
  events: readonly AuditEvent[],
  why: Text,
): Promise<void> {
  const entries = await scene.lab.audit.latest(auditEntries);
  scene.demand(
    entries.some(({ event, before }) => before === lock && events.some((one) => one === event)),
    why,
  );
}

export function demandNeverTwo(scene: Scene): void {
  const times = scene.twoAtOnce();
  scene.measure('twoAtOnce', times);
  scene.demand(times === 0, text('Two programs polled at once.', 'Опрашивали две программы сразу.'));
}

/**
 * Processes that slept have not gone on where they were. A call for which the clock had been asked, and which had not
 * left yet, leaves when they wake: no program can take it back, so one is allowed (docs/architecture.md, “What is not
 * promised”).
 */
export function demandHeldBack(scene: Scene): void {
  const calls = Math.max(scene.polls.disownedPolls, scene.twoAtOnce());
  scene.measure('callsOnTheWay', calls);
  scene.demand(calls <= 1, text('A worker that woke up polled on.', 'Проснувшийся воркер продолжил опрос.'));
}

/** What most drills wait for, check and measure. */
import type { Task } from '../ecs/task.ts';
import { isReady } from '../lab-readiness.ts';
import type { LoadCounts } from '../load/load-view.ts';
import { text } from '../text.ts';
import type { Scene } from './scene.ts';
import { leaderTask } from './targets.ts';

export interface Allowances {
  /** So many messages may be lost; none when left out. */
  readonly lost?: number;
}

export function taskNamed({ lab }: Scene, name: string | null): Task | undefined {
  return lab.tasks.tasks.find(({ identity }) => identity.name === name);
}

/** Another worker than this one leads, and polls. */
export async function untilTakenOver(scene: Scene, from: Task | undefined): Promise<void> {
  await scene.until(text('another worker takes over', 'другой воркер подхватывает'), async () => {
    const leader = await leaderTask(scene.lab);
    return leader !== undefined && leader !== from;
  });
  const before = scene.polls.polls;
  await scene.until(text('it polls', 'он опрашивает'), () => scene.polls.polls > before);
}

/** One leads and all others stand by, none of them one of `gone`. */
export async function untilWhole(scene: Scene, gone: readonly (Task | undefined)[] = []): Promise<void> {
  const { tasks } = scene.lab;
  await scene.until(
    text('one leads, the others stand by', 'один ведёт, остальные в резерве'),
    () => isReady(tasks.tasks, tasks.desired) && !tasks.tasks.some((task) => gone.includes(task)),
  );
}

/** Messages flow: as many as a second brings are answered. */
export async function untilUnderWay(scene: Scene): Promise<void> {
  const { load } = scene;
  await scene.until(text('messages are answered', 'на сообщения приходят ответы'), () => {
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

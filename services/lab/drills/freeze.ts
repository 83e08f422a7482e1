/** SIGSTOP and SIGCONT: a process that lives and does nothing, and one that wakes up late. */
import type { Task } from '../ecs/task.ts';
import { text } from '../shared/text.ts';
import {
  alreadyEnded,
  demandNoLateCalls,
  settle,
  untilHealthy,
  untilLoadFlows,
  untilTakenOver,
  workerOf,
} from './drill-checks.ts';
import type { DrillContext } from './drill-context.ts';
import type { Drill } from './drill-run.ts';
import { lockOf } from './targets.ts';

/** How long it sleeps on after the standby has taken over. */
const holdMs = 10_000;

export const freeze: Drill = async (context, worker) => {
  const task = workerOf(context, worker);
  const led = (await lockOf(context.lab, task)) !== undefined;
  // Others may wake it, too: by its card, or by a deployment.
  const isFixed = (): boolean => context.fixed.aborted || !task.frozen;
  try {
    context.demand(task.signal('SIGSTOP'), alreadyEnded);
    if (led) {
      // Its open poll is answered to nobody.
      context.polls.disown();
      await untilTakenOver(context, task, { isFixed });
    }
    const sleeping = text('It sleeps on; it is woken soon.', 'Он ещё спит; скоро его разбудят.');
    await context.hold(holdMs, sleeping, isFixed);
    context.resetOverlaps();
    // Woken within its lease it leads on, by right.
    if (context.unseen) context.polls.own();
  } finally {
    task.signal('SIGCONT');
  }
  await untilAwake(context, task);
  await untilHealthy(context);
  await settle(context);
  demandNoLateCalls(context);
};

/** It comes first: where every worker is frozen, no message is answered before. */
export const resume: Drill = async (context, worker) => {
  const task = workerOf(context, worker);
  context.demand(task.signal('SIGCONT'), alreadyEnded);
  await untilAwake(context, task);
  await untilHealthy(context);
  await untilLoadFlows(context);
  await settle(context);
  demandNoLateCalls(context);
};

async function untilAwake(context: DrillContext, task: Task): Promise<void> {
  task.health = undefined;
  const awakeAfterMs = await context.until(
    text('the woken worker says what it is', 'проснувшийся воркер говорит, кто он'),
    () => task.health?.healthy === true,
  );
  context.measure('awakeAfterMs', awakeAfterMs);
}

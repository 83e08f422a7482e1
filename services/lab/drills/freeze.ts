/**
 * SIGSTOP and SIGCONT: a process that is alive but does nothing, and one that wakes up late.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { text } from '../shared/text.ts';
import {
  alreadyEnded,
  demandNoLateCalls,
  settle,
  untilAwake,
  untilHealthy,
  untilLoadFlows,
  untilTakenOver,
  workerOf,
} from './drill-checks.ts';
import type { Drill } from './drill-context.ts';
import { lockOf } from './targets.ts';

/** How long the worker stays frozen after the standby has taken over. */
const holdMs = 10_000;

export const freeze: Drill = async (context, worker) => {
  const task = workerOf(context, worker);
  const led = (await lockOf(context.lab, task)) !== undefined;
  // The worker's card and a deployment can wake it too.
  const isFixed = (): boolean => context.fixed.aborted || !task.frozen;
  try {
    context.demand(task.signal('SIGSTOP'), alreadyEnded);
    if (led) {
      // Its open poll no longer counts as polling, because no process reads the answer.
      context.polls.disown();
      await untilTakenOver(context, task, { isFixed });
    }
    await context.hold(
      holdMs,
      text('It is still frozen; it wakes up soon.', 'Он ещё заморожен; скоро его разбудят.'),
      isFixed,
    );
    context.resetOverlaps();
    // If it wakes within its lease, it is still the rightful leader.
    if (context.unseen) context.polls.own();
  } finally {
    task.signal('SIGCONT');
  }
  await untilAwake(context, task);
  await untilHealthy(context);
  await settle(context);
  demandNoLateCalls(context);
};

/** Wakes the worker before it waits for traffic: while every worker is frozen, no message is answered. */
export const resume: Drill = async (context, worker) => {
  const task = workerOf(context, worker);
  context.demand(task.signal('SIGCONT'), alreadyEnded);
  await untilAwake(context, task);
  await untilHealthy(context);
  await untilLoadFlows(context);
  await settle(context);
  demandNoLateCalls(context);
};

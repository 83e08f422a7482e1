/** SIGSTOP and SIGCONT: a process that lives and does nothing, and one that wakes up late. */
import type { Task } from '../ecs/task.ts';
import { text } from '../shared/text.ts';
import {
  demandHeldBack,
  hadEnded,
  settle,
  untilTakenOver,
  untilUnderWay,
  untilWhole,
  workerOf,
} from './drill-checks.ts';
import type { Scene } from './drill-context.ts';
import type { Drill } from './drill-run.ts';
import { lockOf } from './targets.ts';

/** How long it sleeps on after the standby has taken over. */
const holdMs = 10_000;

export const freeze: Drill = async (scene, worker) => {
  const task = workerOf(scene, worker);
  const led = (await lockOf(scene.lab, task)) !== undefined;
  // Others may wake it, too: by its card, or by a deployment.
  const isMended = (): boolean => scene.mended.aborted || !task.frozen;
  try {
    scene.demand(task.signal('SIGSTOP'), hadEnded);
    if (led) {
      // Its open poll is answered to nobody.
      scene.polls.disown();
      await untilTakenOver(scene, task, { isMended });
    }
    const sleeping = text('It sleeps on; it is woken soon.', 'Он ещё спит; скоро его разбудят.');
    await scene.hold(holdMs, sleeping, isMended);
    scene.countTwoFromNow();
    // Woken within its lease it leads on, by right.
    if (scene.unseen) scene.polls.own();
  } finally {
    task.signal('SIGCONT');
  }
  await untilAwake(scene, task);
  await untilWhole(scene);
  await settle(scene);
  demandHeldBack(scene);
};

/** It comes first: where every worker is frozen, no message is answered before. */
export const resume: Drill = async (scene, worker) => {
  const task = workerOf(scene, worker);
  scene.demand(task.signal('SIGCONT'), hadEnded);
  await untilAwake(scene, task);
  await untilWhole(scene);
  await untilUnderWay(scene);
  await settle(scene);
  demandHeldBack(scene);
};

async function untilAwake(scene: Scene, task: Task): Promise<void> {
  task.health = undefined;
  const awakeAfterMs = await scene.until(
    text('the woken worker says what it is', 'проснувшийся воркер говорит, кто он'),
    () => task.health?.healthy === true,
  );
  scene.measure('awakeAfterMs', awakeAfterMs);
}

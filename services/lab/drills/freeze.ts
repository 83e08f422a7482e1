/** SIGSTOP and SIGCONT: a process that lives and does nothing, and one that wakes up late. */
import type { Task } from '../ecs/task.ts';
import { text } from '../text.ts';
import { demandHeldBack, settle, taskNamed, untilTakenOver, untilWhole } from './common.ts';
import type { Drill } from './drill-run.ts';
import type { Scene } from './scene.ts';
import { leaderTask } from './targets.ts';

/** How long it sleeps on after the standby has taken over. */
const holdMs = 10_000;

export const freeze: Drill = async (scene, worker) => {
  const task = taskNamed(scene, worker);
  const led = task !== undefined && (await leaderTask(scene.lab)) === task;
  try {
    scene.demand(
      task?.signal('SIGSTOP') === true,
      text('The worker had ended before.', 'Воркер уже завершился.'),
    );
    if (led) {
      // Its open poll is answered to nobody.
      scene.polls.disown();
      await untilTakenOver(scene, task);
    }
    await scene.hold(holdMs, text('It sleeps on; it is woken soon.', 'Он ещё спит; скоро его разбудят.'));
    scene.countTwoFromNow();
  } finally {
    task?.signal('SIGCONT');
  }
  await untilAwake(scene, task);
  await untilWhole(scene);
  await settle(scene);
  demandHeldBack(scene);
};

export const resume: Drill = async (scene, worker) => {
  const task = taskNamed(scene, worker);
  task?.signal('SIGCONT');
  await untilAwake(scene, task);
  await untilWhole(scene);
  await settle(scene);
  demandHeldBack(scene);
};

async function untilAwake(scene: Scene, task: Task | undefined): Promise<void> {
  if (task !== undefined) task.health = undefined;
  const awakeAfterMs = await scene.until(
    text('the woken worker says what it is', 'проснувшийся воркер говорит, кто он'),
    () => task?.health?.healthy === true,
  );
  scene.measure('awakeAfterMs', awakeAfterMs);
}

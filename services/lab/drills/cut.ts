/** The store refuses one worker: it must stop by its own clock, before anybody else may begin. */
import { text } from '../text.ts';
import { demandNeverTwo, settle, taskNamed, untilTakenOver, untilWhole } from './common.ts';
import type { Drill } from './drill-run.ts';
import { leaderTask } from './targets.ts';

const holdMs = 5000;

export const cut: Drill = async (scene, worker) => {
  const { access, redis, faults } = scene.lab;
  const task = taskNamed(scene, worker);
  if (task === undefined || worker === null) return;
  const led = (await leaderTask(scene.lab)) === task;
  try {
    access.cut(task.identity.id, redis.rest.faults);
    faults.cutWorkers.add(worker);
    if (led) await untilTakenOver(scene, task);
    await scene.hold(holdMs, text('It is still cut off; not for long.', 'Он ещё отрезан; уже недолго.'));
  } finally {
    access.mend(task.identity.id, redis.rest.faults);
    faults.cutWorkers.delete(worker);
  }
  await untilWhole(scene);
  await settle(scene);
  demandNeverTwo(scene);
};

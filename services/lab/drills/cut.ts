/** The store refuses one worker: it must stop by its own clock, before anybody else may begin. */
import { text } from '../shared/text.ts';
import { demandNeverTwo, settle, untilTakenOver, untilWhole, workerOf } from './drill-checks.ts';
import type { Drill } from './drill-run.ts';
import { lockOf } from './targets.ts';

const holdMs = 5000;

export const cut: Drill = async (scene, worker) => {
  const { access, redis, faults } = scene.lab;
  const task = workerOf(scene, worker);
  const { id, name } = task.identity;
  const led = (await lockOf(scene.lab, task)) !== undefined;
  try {
    access.cut(id, redis.rest.faults);
    faults.cutWorkers.add(name);
    if (led) await untilTakenOver(scene, task);
    await scene.hold(holdMs, text('It is still cut off; not for long.', 'Он ещё отрезан; уже недолго.'));
  } finally {
    access.mend(id, redis.rest.faults);
    faults.cutWorkers.delete(name);
  }
  await untilWhole(scene);
  await settle(scene);
  demandNeverTwo(scene);
};

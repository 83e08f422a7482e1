/** One worker more than usual: it stands by. */
import { text } from '../text.ts';
import { demandNeverTwo, settle, untilWhole } from './common.ts';
import type { Drill } from './drill-run.ts';

const holdMs = 15_000;

export const add: Drill = async (scene) => {
  const { tasks } = scene.lab;
  const startedMs = scene.nowMs;
  try {
    tasks.setExtra(1);
    await untilWhole(scene);
    scene.measure('standsByAfterMs', scene.nowMs - startedMs);
    await scene.hold(
      holdMs,
      text('The new one stands by; it goes again soon.', 'Новый в резерве; скоро его уберут.'),
    );
  } finally {
    tasks.setExtra(0);
  }
  await untilWhole(scene);
  await settle(scene);
  demandNeverTwo(scene);
};

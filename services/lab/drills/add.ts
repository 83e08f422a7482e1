/** One worker more than usual: it stands by. */
import { text } from '../shared/text.ts';
import { demandNeverTwo, isWhole, settle, untilWhole, wholeText } from './drill-checks.ts';
import type { Drill } from './drill-run.ts';

const holdMs = 15_000;

export const add: Drill = async (scene) => {
  const { tasks } = scene.lab;
  try {
    tasks.setExtra(1);
    const standsByAfterMs = await scene.seen(wholeText, () => isWhole(scene));
    if (standsByAfterMs !== undefined) scene.measure('standsByAfterMs', standsByAfterMs);
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

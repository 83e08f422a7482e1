/**
 * Starts one worker more than usual; it must stand by.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { text } from '../shared/text.ts';
import { finish, healthyText, isHealthy } from './drill-checks.ts';
import type { Drill } from './drill-context.ts';

const holdMs = 15_000;

export const add: Drill = async (context) => {
  const { tasks } = context.lab;
  try {
    tasks.setExtra(1);
    const standsByAfterMs = await context.seen(healthyText, () => isHealthy(context));
    if (standsByAfterMs !== undefined) context.measure('standsByAfterMs', standsByAfterMs);
    await context.hold(
      holdMs,
      text('The new worker stands by; it leaves soon.', 'Новый воркер в резерве; скоро его уберут.'),
    );
  } finally {
    tasks.setExtra(0);
  }
  await finish(context);
};

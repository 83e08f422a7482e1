/** One worker more than usual: it stands by. */
import { text } from '../shared/text.ts';
import { demandNoOverlap, healthyText, isHealthy, settle, untilHealthy } from './drill-checks.ts';
import type { Drill } from './drill-run.ts';

const holdMs = 15_000;

export const add: Drill = async (context) => {
  const { tasks } = context.lab;
  try {
    tasks.setExtra(1);
    const standsByAfterMs = await context.seen(healthyText, () => isHealthy(context));
    if (standsByAfterMs !== undefined) context.measure('standsByAfterMs', standsByAfterMs);
    await context.hold(
      holdMs,
      text('The new one stands by; it goes again soon.', 'Новый в резерве; скоро его уберут.'),
    );
  } finally {
    tasks.setExtra(0);
  }
  await untilHealthy(context);
  await settle(context);
  demandNoOverlap(context);
};

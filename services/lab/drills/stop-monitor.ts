/**
 * The monitor is no longer invoked: the alarm on its silence must fire, and the bot must not notice.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { text } from '../shared/text.ts';
import { settle } from './drill-checks.ts';
import type { Drill, DrillContext } from './drill-context.ts';

/** In runs of the monitor; the alarm fires after five missed ones. */
const limitRuns = 10;
const holdMs = 5000;

export const stopMonitor: Drill = async (context) => {
  const { functions, times } = context.lab;
  const withinMs = times.current.monitorEveryMs * limitRuns + 30_000;
  let alarmAfterMs: number | undefined;
  functions.stopMonitor();
  try {
    alarmAfterMs = await context.seen(
      text('the alarm reaches SNS', 'тревога приходит в SNS'),
      publishedSince(context, 'ALARM'),
      { withinMs },
    );
    if (alarmAfterMs !== undefined) context.measure('alarmAfterMs', alarmAfterMs);
    await context.hold(holdMs, text('The monitor is back soon.', 'Монитор скоро вернётся.'));
  } finally {
    functions.resumeMonitor();
  }
  if (alarmAfterMs !== undefined) {
    const okAfterMs = await context.until(
      text('SNS hears that the monitor is back', 'в SNS приходит «всё в порядке»'),
      publishedSince(context, 'OK'),
      withinMs,
    );
    context.measure('okAfterMs', okAfterMs);
  }
  await settle(context);
};

/** Whether SNS has received this state of the alarm since the call. */
function publishedSince({ lab: { aws } }: DrillContext, state: 'ALARM' | 'OK'): () => boolean {
  const before = aws.published.at(-1);
  return () => {
    const from = before === undefined ? 0 : aws.published.lastIndexOf(before) + 1;
    return aws.published.slice(from).some(({ subject }) => subject?.startsWith(`${state}:`) === true);
  };
}

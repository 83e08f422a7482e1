/** The monitor is not called any more: the alarm on its silence must ring, and the bot must not care. */
import { text } from '../shared/text.ts';
import { settle } from './drill-checks.ts';
import type { DrillContext } from './drill-context.ts';
import type { Drill } from './drill-run.ts';

/** In runs of the monitor: five are missed before the alarm rings. */
const limitRuns = 10;
const holdMs = 5000;

export const stopMonitor: Drill = async (context) => {
  const { functions, times } = context.lab;
  const withinMs = times.current.monitorEveryMs * limitRuns + 30_000;
  let alarmAfterMs: number | undefined;
  functions.stopMonitor();
  try {
    const alarmed = heard(context, 'ALARM');
    alarmAfterMs = await context.seen(text('the alarm reaches SNS', 'тревога приходит в SNS'), alarmed, {
      withinMs,
    });
    if (alarmAfterMs !== undefined) context.measure('alarmAfterMs', alarmAfterMs);
    await context.hold(holdMs, text('The monitor is back soon.', 'Монитор скоро вернётся.'));
  } finally {
    functions.resumeMonitor();
  }
  if (alarmAfterMs !== undefined) {
    const okAfterMs = await context.until(
      text('SNS is told that it is back', 'SNS узнаёт, что он вернулся'),
      heard(context, 'OK'),
      withinMs,
    );
    context.measure('okAfterMs', okAfterMs);
  }
  await settle(context);
};

/** Whether the alarm has said so since now. */
function heard({ lab: { aws } }: DrillContext, state: 'ALARM' | 'OK'): () => boolean {
  const before = aws.published.at(-1);
  return () => {
    const from = before === undefined ? 0 : aws.published.lastIndexOf(before) + 1;
    return aws.published.slice(from).some(({ subject }) => subject?.startsWith(`${state}:`) === true);
  };
}

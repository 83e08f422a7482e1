/** The monitor is not called any more: the alarm on its silence must ring, and the bot must not care. */
import { text } from '../shared/text.ts';
import { settle } from './drill-checks.ts';
import type { Scene } from './drill-context.ts';
import type { Drill } from './drill-run.ts';

/** In runs of the monitor: five are missed before the alarm rings. */
const limitRuns = 10;
const holdMs = 5000;

export const stopMonitor: Drill = async (scene) => {
  const { functions, times } = scene.lab;
  const withinMs = times.current.monitorEveryMs * limitRuns + 30_000;
  let alarmAfterMs: number | undefined;
  functions.stopMonitor();
  try {
    const alarmed = heard(scene, 'ALARM');
    alarmAfterMs = await scene.seen(text('the alarm reaches SNS', 'тревога приходит в SNS'), alarmed, {
      withinMs,
    });
    if (alarmAfterMs !== undefined) scene.measure('alarmAfterMs', alarmAfterMs);
    await scene.hold(holdMs, text('The monitor is back soon.', 'Монитор скоро вернётся.'));
  } finally {
    functions.resumeMonitor();
  }
  if (alarmAfterMs !== undefined) {
    const okAfterMs = await scene.until(
      text('SNS is told that it is back', 'SNS узнаёт, что он вернулся'),
      heard(scene, 'OK'),
      withinMs,
    );
    scene.measure('okAfterMs', okAfterMs);
  }
  await settle(scene);
};

/** Whether the alarm has said so since now. */
function heard({ lab: { aws } }: Scene, state: 'ALARM' | 'OK'): () => boolean {
  const before = aws.published.at(-1);
  return () => {
    const from = before === undefined ? 0 : aws.published.lastIndexOf(before) + 1;
    return aws.published.slice(from).some(({ subject }) => subject?.startsWith(`${state}:`) === true);
  };
}

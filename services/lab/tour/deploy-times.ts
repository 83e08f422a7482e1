/**
 * Changes the lab's times as a company would: by a deployment of the workers, the consumers and the monitor.
 *
 * The more patient side changes first on the way to slower times, and last on the way to quicker ones: a monitor that
 * expects a heartbeat every second must not judge workers that send three a minute.
 *
 * Tested by: test/lab/tour/tour.long.test.ts
 */
import { heartbeatAgeSeconds } from '../../core/lease/heartbeat.ts';
import { untilHealthy } from '../drills/drill-checks.ts';
import type { DrillContext } from '../drills/drill-context.ts';
import { servicesOf } from '../queue-mode/queue-mode.ts';
import type { LabTimes } from '../settings/lab-times.ts';
import { text } from '../shared/text.ts';

export async function deployTimes(context: DrillContext, times: LabTimes): Promise<void> {
  const { lab } = context;
  const isQuicker = times.heartbeatStaleSeconds < lab.times.current.heartbeatStaleSeconds;
  if (!isQuicker) lab.times.apply(times);
  lab.times.forNewWorkers = times;
  const old = servicesOf(lab).flatMap(({ tasks }) => tasks);
  const answer = await lab.functions.ops({
    action: 'restart',
    reason: 'a deployment of the guided tour',
    requestedBy: 'guided tour',
  });
  const { ok } = answer as { ok: boolean };
  context.demand(ok, text('The deployment was refused.', 'Выкладка отклонена.'));
  await untilHealthy(context, old);
  await context.until(
    text('a fresh heartbeat of the new leader', 'свежий heartbeat нового лидера'),
    async () => {
      const { heartbeat, nowMs } = await lab.outages.observe({ noteRun: false });
      const ageSeconds = heartbeatAgeSeconds(heartbeat, nowMs);
      return ageSeconds !== null && ageSeconds < times.heartbeatStaleSeconds / 2;
    },
  );
  if (isQuicker) lab.times.apply(times);
}

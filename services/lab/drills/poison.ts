/**
 * A message whose handler kills the process: after at most three attempts it becomes a dead letter, and no other chat
 * waits for it.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { poisonText } from '../handlers/messages.ts';
import { text } from '../shared/text.ts';
import { finish, untilHealthy } from './drill-checks.ts';
import type { Drill } from './drill-context.ts';
import { watchAlerts } from './superadmin-alerts.ts';

/** A chat of its own, because later messages of the same chat rightly wait. */
const chatId = 70_000_001;
const attemptsMax = 3;
const deadLetterWithinMs = 180_000;

export const poison: Drill = async (context) => {
  const { telegram, addresses, store, keys, clock, tasks, queue } = context.lab;
  // Handlers run there.
  const service = queue?.consumers ?? tasks;
  const alerts = await watchAlerts(context, 'dead-letters');
  const startedMs = context.nowMs;
  const endedBefore = new Set(service.stoppedTasks);
  const chat = { id: chatId, type: 'private', first_name: 'Poisoner' };
  const message = {
    message_id: Math.floor(startedMs),
    from: { ...chat, is_bot: false },
    chat,
    date: Math.floor(clock.wallMs() / 1000),
    text: poisonText,
  };
  const [updateId] = telegram.pushUpdates(addresses.botToken, [{ message }]);
  const setAsideAfterMs = await context.until(
    text(
      'it becomes a dead letter after at most three attempts',
      'его откладывают самое большее после трёх попыток',
    ),
    async () => Number(await store.command(['HEXISTS', keys.dead, String(updateId)])) === 1,
    deadLetterWithinMs,
  );
  context.measure('setAsideAfterMs', setAsideAfterMs);
  await alerts.untilAlerted();
  await untilHealthy(context);
  const killed = service.stoppedTasks.filter(
    (task) => !endedBefore.has(task) && task.exit.signal === 'SIGKILL',
  );
  const deaths = killed.length;
  context.measure('deaths', deaths);
  await finish(context);
  context.demand(
    deaths >= 1 && deaths <= attemptsMax,
    text(`It killed ${deaths} processes.`, `Убито процессов: ${deaths}.`),
  );
};

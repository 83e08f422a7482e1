/** A message whose handler ends the process: after at most three attempts it is put aside, and nobody else waits for it. */
import { poisonText } from '../handlers/messages.ts';
import { text } from '../shared/text.ts';
import { demandNoOverlap, settle, untilHealthy } from './drill-checks.ts';
import type { Drill } from './drill-run.ts';
import { alertedAgoSeconds, untilAlerted } from './superadmin-alerts.ts';

/** A chat of its own: what follows in the same chat waits for it by right. */
const chatId = 70_000_001;
const attemptsMax = 3;

export const poison: Drill = async (context) => {
  const { lab } = context;
  const { telegram, addresses, store, keys, clock, tasks } = lab;
  const toldBefore = await alertedAgoSeconds(context, 'dead-letters');
  const startedMs = context.nowMs;
  const sinceWallMs = clock.wallMs();
  const diedBefore = new Set(tasks.stoppedTasks);
  const chat = { id: chatId, type: 'private', first_name: 'Poisoner' };
  const message = {
    message_id: Math.floor(startedMs),
    from: { ...chat, is_bot: false },
    chat,
    date: Math.floor(sinceWallMs / 1000),
    text: poisonText,
  };
  const [updateId] = telegram.pushUpdates(addresses.botToken, [{ message }]);
  const setAsideAfterMs = await context.until(
    text('it is put aside after at most three attempts', 'его откладывают, самое большее после трёх попыток'),
    async () => Number(await store.command(['HEXISTS', keys.dead, String(updateId)])) === 1,
    180_000,
  );
  context.measure('setAsideAfterMs', setAsideAfterMs);
  if (toldBefore !== undefined) context.measure('toldAgoSeconds', toldBefore);
  else {
    await untilAlerted(context, 'dead-letters', { sinceWallMs });
    context.measure('alertAfterMs', context.nowMs - startedMs);
  }
  await untilHealthy(context);
  const killed = tasks.stoppedTasks.filter((task) => !diedBefore.has(task) && task.exit.signal === 'SIGKILL');
  const deaths = killed.length;
  context.measure('deaths', deaths);
  await settle(context);
  context.demand(
    deaths >= 1 && deaths <= attemptsMax,
    text(`It killed ${deaths} processes.`, `Убито процессов: ${deaths}.`),
  );
  demandNoOverlap(context);
};

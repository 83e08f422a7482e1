/** A message whose handler ends the process: after at most three attempts it is put aside, and nobody else waits for it. */
import { poisonText } from '../handlers/messages.ts';
import { text } from '../shared/text.ts';
import { demandNeverTwo, settle, untilWhole } from './drill-checks.ts';
import type { Drill } from './drill-run.ts';
import { toldAgoSeconds, untilTold } from './superadmin-alerts.ts';

/** A chat of its own: what follows in the same chat waits for it by right. */
const chatId = 70_000_001;
const attemptsMax = 3;

export const poison: Drill = async (scene) => {
  const { lab } = scene;
  const { telegram, site, store, keys, clock, tasks } = lab;
  const toldBefore = await toldAgoSeconds(scene, 'dead-letters');
  const startedMs = scene.nowMs;
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
  const [updateId] = telegram.pushUpdates(site.botToken, [{ message }]);
  const setAsideAfterMs = await scene.until(
    text('it is put aside after at most three attempts', 'его откладывают, самое большее после трёх попыток'),
    async () => Number(await store.command(['HEXISTS', keys.dead, String(updateId)])) === 1,
    180_000,
  );
  scene.measure('setAsideAfterMs', setAsideAfterMs);
  if (toldBefore !== undefined) scene.measure('toldAgoSeconds', toldBefore);
  else {
    await untilTold(scene, 'dead-letters', { sinceWallMs });
    scene.measure('alertAfterMs', scene.nowMs - startedMs);
  }
  await untilWhole(scene);
  const killed = tasks.stoppedTasks.filter((task) => !diedBefore.has(task) && task.exit.signal === 'SIGKILL');
  const deaths = killed.length;
  scene.measure('deaths', deaths);
  await settle(scene);
  scene.demand(
    deaths >= 1 && deaths <= attemptsMax,
    text(`It killed ${deaths} processes.`, `Убито процессов: ${deaths}.`),
  );
  demandNeverTwo(scene);
};

/**
 * A second poller past the lock. Telegram hands updates to whoever asks, so some go to the other program; what is
 * promised is that people are told, that the bot goes on, and that it loses none of what it got itself.
 */
import { numberedQuestion } from '../handlers/messages.ts';
import { text } from '../shared/text.ts';
import { closeBook, untilAnswering, untilWhole } from './drill-checks.ts';
import type { Scene } from './drill-context.ts';
import type { Drill } from './drill-run.ts';
import { pollPastTheLock, type TakenUpdate } from './rogue-poller.ts';
import { toldAgoSeconds, untilTold } from './superadmin-alerts.ts';

const holdMs = 60_000;
/** As many as make it a notice. */
const conflictsMin = 3;

export const rogue: Drill = async (scene) => {
  const { lab } = scene;
  const toldBefore = await toldAgoSeconds(scene, 'another-poller');
  const taken: TakenUpdate[] = [];
  await withRogue(scene, taken, async () => {
    const startedMs = scene.nowMs;
    const sinceWallMs = lab.clock.wallMs();
    await scene.seen(
      text('Telegram reports the conflict', 'Telegram сообщает о конфликте'),
      () => scene.polls.conflicts >= conflictsMin,
      { withinMs: holdMs },
    );
    if (scene.unseen) return;
    if (toldBefore !== undefined) scene.measure('toldAgoSeconds', toldBefore);
    else {
      await untilTold(scene, 'another-poller', { sinceWallMs });
      if (!scene.unseen) scene.measure('alertAfterMs', scene.nowMs - startedMs);
    }
  });
  scene.measure('conflicts', scene.polls.conflicts);
  await untilAnswering(scene);
  await untilWhole(scene);
  await settleWithout(scene, taken);
};

async function withRogue(scene: Scene, taken: TakenUpdate[], during: () => Promise<void>): Promise<void> {
  const { lab } = scene;
  const stop = new AbortController();
  const parts = {
    apiRoot: lab.site.telegramUrl,
    token: lab.site.botToken,
    clock: lab.clock,
    onClient: (name: string) => lab.polls.ignore(name),
    onTaken: (update: TakenUpdate) => void taken.push(update),
  };
  lab.faults.roguePolling = true;
  const polling = pollPastTheLock(parts, stop.signal);
  try {
    await during();
  } finally {
    stop.abort();
    await polling;
    lab.faults.roguePolling = false;
  }
}

/** What the other program confirmed is gone; all else must have been answered. */
async function settleWithout(scene: Scene, taken: readonly TakenUpdate[]): Promise<void> {
  const counts = await closeBook(scene);
  const { book } = scene.load;
  const stolen = taken.filter(({ message }) => {
    const number = numberedQuestion(message?.text ?? '');
    return message !== undefined && number !== undefined && book.isOpen(message.chat.id, number);
  }).length;
  const lost = counts.lost - stolen;
  scene.measure('takenByRogue', stolen);
  scene.measure('lost', lost);
  scene.demand(lost === 0, text(`${lost} messages were lost.`, `Потеряно сообщений: ${lost}.`));
}

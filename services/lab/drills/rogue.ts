/**
 * A second poller past the lock. Telegram hands updates to whoever asks, so some go to the other program; what is
 * promised is that people are told, that the bot goes on, and that it loses none of what it got itself.
 */
import { numberedQuestion } from '../handlers/messages.ts';
import { text } from '../shared/text.ts';
import { closeTracker, untilAnswering, untilHealthy } from './drill-checks.ts';
import type { DrillContext } from './drill-context.ts';
import type { Drill } from './drill-run.ts';
import { startRoguePoller, type TakenUpdate } from './rogue-poller.ts';
import { alertedAgoSeconds, untilAlerted } from './superadmin-alerts.ts';

const holdMs = 60_000;
/** As many as make it a notice. */
const conflictsMin = 3;

export const rogue: Drill = async (context) => {
  const { lab } = context;
  const toldBefore = await alertedAgoSeconds(context, 'another-poller');
  const taken: TakenUpdate[] = [];
  await withRogue(context, taken, async () => {
    const startedMs = context.nowMs;
    const sinceWallMs = lab.clock.wallMs();
    await context.seen(
      text('Telegram reports the conflict', 'Telegram сообщает о конфликте'),
      () => context.polls.conflicts >= conflictsMin,
      { withinMs: holdMs },
    );
    if (context.unseen) return;
    if (toldBefore !== undefined) context.measure('toldAgoSeconds', toldBefore);
    else {
      await untilAlerted(context, 'another-poller', { sinceWallMs });
      if (!context.unseen) context.measure('alertAfterMs', context.nowMs - startedMs);
    }
  });
  context.measure('conflicts', context.polls.conflicts);
  await untilAnswering(context);
  await untilHealthy(context);
  await settleWithout(context, taken);
};

async function withRogue(
  context: DrillContext,
  taken: TakenUpdate[],
  during: () => Promise<void>,
): Promise<void> {
  const { lab } = context;
  const stop = new AbortController();
  const parts = {
    apiRoot: lab.addresses.telegramUrl,
    token: lab.addresses.botToken,
    clock: lab.clock,
    onClient: (name: string) => lab.polls.ignore(name),
    onTaken: (update: TakenUpdate) => void taken.push(update),
  };
  lab.faults.roguePolling = true;
  const polling = startRoguePoller(parts, stop.signal);
  try {
    await during();
  } finally {
    stop.abort();
    await polling;
    lab.faults.roguePolling = false;
  }
}

/** What the other program confirmed is gone; all else must have been answered. */
async function settleWithout(context: DrillContext, taken: readonly TakenUpdate[]): Promise<void> {
  const counts = await closeTracker(context);
  const { tracker } = context.load;
  const stolen = taken.filter(({ message }) => {
    const number = numberedQuestion(message?.text ?? '');
    return message !== undefined && number !== undefined && tracker.isOpen(message.chat.id, number);
  }).length;
  const lost = counts.lost - stolen;
  context.measure('takenByRogue', stolen);
  context.measure('lost', lost);
  context.demand(lost === 0, text(`${lost} messages were lost.`, `Потеряно сообщений: ${lost}.`));
}

/**
 * A second poller that ignores the lock. Telegram serves both, so the other program takes some updates. Promised are
 * an alert to every superadmin, a bot that goes on, and no loss of the updates that the bot received.
 *
 * Tested by: test/lab/tour/tour.long.test.ts
 */
import { numberedQuestion } from '../handlers/messages.ts';
import { text } from '../shared/text.ts';
import { closeTracker, demandLost, untilAnswering, untilHealthy } from './drill-checks.ts';
import type { Drill, DrillContext } from './drill-context.ts';
import { startRoguePoller, type TakenUpdate } from './rogue-poller.ts';
import { watchAlerts } from './superadmin-alerts.ts';

const holdMs = 60_000;
/** The bot warns after this many conflicts. */
const conflictsMin = 3;

export const rogue: Drill = async (context) => {
  const alerts = await watchAlerts(context, 'another-poller');
  const taken: TakenUpdate[] = [];
  await withRogue(context, taken, async () => {
    await context.seen(
      text('Telegram reports the conflict', 'Telegram сообщает о конфликте'),
      () => context.polls.conflicts >= conflictsMin,
      { withinMs: holdMs },
    );
    if (!context.unseen) await alerts.untilAlerted();
  });
  context.measure('conflicts', context.polls.conflicts);
  await untilAnswering(context);
  await untilHealthy(context);
  await settleWithout(context, taken);
};

async function withRogue(
  { lab }: DrillContext,
  taken: TakenUpdate[],
  during: () => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const deps = {
    apiRoot: lab.addresses.telegramUrl,
    token: lab.addresses.botToken,
    clock: lab.clock,
    onClient: (name: string) => lab.polls.ignore(name),
    onTaken: (update: TakenUpdate) => {
      taken.push(update);
      lab.conversations.stolen(update.update_id);
    },
  };
  lab.faults.roguePolling = true;
  const polling = startRoguePoller(deps, stop.signal);
  try {
    await during();
  } finally {
    stop.abort();
    await polling;
    lab.faults.roguePolling = false;
  }
}

/** Updates that the other program confirmed are gone; all others must have been answered. */
async function settleWithout(context: DrillContext, taken: readonly TakenUpdate[]): Promise<void> {
  const counts = await closeTracker(context);
  const { tracker } = context.load;
  const takenByRogue = taken.filter(({ message }) => {
    const number = numberedQuestion(message?.text ?? '');
    return message !== undefined && number !== undefined && tracker.isOpen(message.chat.id, number);
  }).length;
  const lost = counts.lost - takenByRogue;
  context.measure('takenByRogue', takenByRogue);
  context.measure('lost', lost);
  demandLost(context, lost);
}

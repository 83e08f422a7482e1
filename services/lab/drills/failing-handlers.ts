/**
 * Most updates fail in their handlers, as after a bad deployment: the bot polls, but people get no answer. The
 * superadmins must be alerted, and the verdict must say so until other handlers lead.
 *
 * It begins and ends with a hand-over, as a deployment and its roll-back do: each term counts its updates afresh.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { failingText } from '../handlers/messages.ts';
import { observeHealth } from '../lab-health.ts';
import { text } from '../shared/text.ts';
import { finish, untilHealthy } from './drill-checks.ts';
import type { Drill, DrillContext } from './drill-context.ts';
import { watchAlerts } from './superadmin-alerts.ts';
import { leaderTask } from './targets.ts';

/** Chats of their own: what fails is not answered, and would count as lost. */
const firstChatId = 70_000_101;
const chats = 10;
const tickMs = 100;
const ticksPerSecond = 1000 / tickMs;
/** So many times as many updates fail as are answered. */
const failingFactor = 2;
const holdMs = 5000;

export const failingHandlers: Drill = async (context) => {
  const alerts = await watchAlerts(context, 'handlers-failing');
  await handOver(context);
  await whileFailing(context, async () => {
    const noticedAfterMs = await context.seen(
      text('the verdict says that handlers fail', 'вердикт: обработчики не справляются'),
      async () => (await observeHealth(context.lab)).state === 'handlers-failing',
    );
    if (noticedAfterMs === undefined) return;
    context.measure('noticedAfterMs', noticedAfterMs);
    await alerts.untilAlerted();
    await context.hold(
      holdMs,
      text('Handlers still fail; a roll-back follows.', 'Обработчики ещё не справляются; скоро откат.'),
    );
  });
  await handOver(context);
  await context.until(
    text('the verdict is good again', 'вердикт снова хороший'),
    async () => (await observeHealth(context.lab)).state === 'works',
  );
  await untilHealthy(context);
  await finish(context);
};

/** The next term counts its updates from zero. */
async function handOver(context: DrillContext): Promise<void> {
  const { functions, outages } = context.lab;
  const { epoch } = await outages.observe({ noteRun: false });
  const answer = await functions.ops({
    action: 'release-lock',
    reason: 'a drill deploys other handlers',
    requestedBy: 'control room',
  });
  const { ok } = answer as { ok: boolean };
  context.demand(ok, text('The hand-over was refused.', 'Передача отклонена.'));
  await context.until(
    text('the next term begins', 'начинается следующий срок'),
    async () =>
      (await outages.observe({ noteRun: false })).epoch !== epoch &&
      (await leaderTask(context.lab)) !== undefined,
  );
}

/** Sends messages that fail for as long as `during` runs. */
async function whileFailing(context: DrillContext, during: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const sending = sendFailing(context, AbortSignal.any([stop.signal, context.end]));
  try {
    await during();
  } finally {
    stop.abort();
    context.measure('failedUpdates', await sending);
  }
}

async function sendFailing({ lab, load }: DrillContext, end: AbortSignal): Promise<number> {
  const { telegram, addresses, clock } = lab;
  let sent = 0;
  while (!end.aborted) {
    const answeredPerSecond = [load.view(), lab.load.view()]
      .filter(({ running }) => running)
      .reduce((sum, { perSecond }) => sum + perSecond, 0);
    const count = Math.ceil((failingFactor * answeredPerSecond) / ticksPerSecond);
    const updates = Array.from({ length: count }, () => failingUpdate(clock.wallMs(), sent++));
    telegram.pushUpdates(addresses.botToken, updates);
    await clock.sleep(tickMs, end);
  }
  return sent;
}

function failingUpdate(wallMs: number, number: number) {
  const chat = { id: firstChatId + (number % chats), type: 'private', first_name: 'Unlucky' };
  const from = { ...chat, is_bot: false };
  return {
    message: { message_id: number + 1, from, chat, date: Math.floor(wallMs / 1000), text: failingText },
  };
}

/**
 * The six steps of the guided tour. Those that break something are the drills themselves, under the tour's load.
 *
 * Tested by: test/lab/drills/demands.test.ts
 */
import { textsFor } from '../../bot/handlers/texts.ts';
import { isOpen } from '../../core/outage/outage.ts';
import type { Locale } from '../../core/platform/locale.ts';
import type { ChatMessage } from '../chats/chat-message.ts';
import { people, superadmins } from '../chats/people.ts';
import {
  demandNoLateCalls,
  demandNoOverlap,
  settle,
  untilAnswering,
  untilHealthy,
} from '../drills/drill-checks.ts';
import type { DrillContext } from '../drills/drill-context.ts';
import { kill } from '../drills/end-worker.ts';
import { rogue } from '../drills/rogue.ts';
import { leaderTask } from '../drills/targets.ts';
import { wipe } from '../drills/wipe.ts';
import type { LabTimes } from '../settings/lab-times.ts';
import { amount, text } from '../shared/text.ts';
import { deployTimes } from './deploy-times.ts';
import { repairLink, tap } from './phone.ts';
import type { TourStepId } from './tour-view.ts';

/** `quick`: times that keep the tour short. */
export type TourStep = (context: DrillContext, quick: LabTimes) => Promise<void>;

const hello: TourStep = async (context) => {
  const { conversations, functions, clock } = context.lab;
  const { locale } = functions;
  const askedMs = clock.wallMs();
  for (const person of people) conversations.say(person, '/start', locale);
  const answeredMs = new Map<number, number>();
  await context.until(text('every command is answered', 'на каждую команду пришёл ответ'), () => {
    for (const { person, messages } of conversations.all()) {
      const answer = messages.find((message) => message.atMs >= askedMs && isGreeting(message, locale));
      if (answer !== undefined && !answeredMs.has(person.id))
        answeredMs.set(person.id, answer.atMs - askedMs);
    }
    return answeredMs.size === people.length;
  });
  context.measure('answered', answeredMs.size);
  context.measure('slowestAnswerMs', Math.max(...answeredMs.values()));
};

/** Whether this is the bot's answer to `/start`: a superadmin may receive other messages at the same time. */
export function isGreeting(
  { from, text: said }: Pick<ChatMessage, 'from' | 'text'>,
  locale: Locale,
): boolean {
  const nameless = '\n';
  const [beforeName = '', afterName = ''] = textsFor(locale).start(nameless).split(nameless);
  return from === 'bot' && said.startsWith(beforeName) && said.endsWith(afterName);
}

const deploy: TourStep = async (context, quick) => {
  await deployTimes(context, quick);
  await settle(context);
  demandHandedOver(context, quick);
  demandNoOverlap(context);
};

/** Without a hand-over the lock is free only when its lease ends: at the earliest one renewal interval before its TTL. */
export function demandHandedOver({ measures, demand }: DrillContext, lease: LabTimes): void {
  const limitMs = (lease.leaseTtlSeconds - lease.leaseRenewSeconds) * 1000;
  const { pauseMs = Number.POSITIVE_INFINITY } = measures;
  const [pause, limit] = [amount(pauseMs, 'ms'), amount(limitMs, 'ms')];
  demand(
    pauseMs < limitMs,
    text(
      `No worker polled for ${pause.en}, no less than without a hand-over (${limit.en}).`,
      `Поллинга не было ${pause.ru}: не меньше, чем без передачи (${limit.ru}).`,
    ),
  );
}

const crash: TourStep = async (context) => {
  const leader = await leaderTask(context.lab);
  await kill(context, leader?.identity.name ?? null);
};

/** An outage of the last quarter of an hour would make this one part of an unstable time, which is told differently. */
async function forgetEarlierOutages({ lab }: DrillContext): Promise<void> {
  await lab.store.command(['DEL', lab.keys.outage]);
}

const hung: TourStep = async (context) => {
  const { tasks } = context.lab;
  await untilRecovered(context);
  await forgetEarlierOutages(context);
  const frozen = tasks.tasks.filter(({ state }) => state === 'running');
  const frozenMs = context.nowMs;
  try {
    for (const task of frozen) task.signal('SIGSTOP');
    context.polls.disown();
    const link = await untilAlerted(context);
    context.measure('alertAfterMs', context.nowMs - frozenMs);
    context.resetOverlaps();
    const tappedMs = context.nowMs;
    context.say(text('Tapping the alert’s repair button.', 'Нажимаем кнопку «Починить» в тревоге.'));
    context.demand(await tap(link, context.end), text('The link did not work.', 'Ссылка не сработала.'));
    await untilAnswering(context);
    context.measure('repairedAfterMs', context.nowMs - tappedMs);
    await untilHealthy(context, frozen);
  } finally {
    for (const task of frozen) task.signal('SIGCONT');
  }
  await untilRecovered(context);
  await settle(context);
  demandNoLateCalls(context);
};

/** Waits until every superadmin has the alert; returns the first one's repair link. */
async function untilAlerted(context: DrillContext): Promise<string> {
  const { conversations } = context.lab;
  let links: (string | undefined)[] = [];
  await context.until(
    text('the alert reaches every superadmin', 'тревога доходит до каждого суперадмина'),
    async () => {
      const outageId = await openOutage(context);
      if (outageId === undefined) return false;
      links = conversations
        .all()
        .filter(({ person }) => superadmins.includes(person))
        .map((conversation) => repairLink(conversation, outageId));
      return links.every((link) => link !== undefined);
    },
  );
  return links[0] ?? '';
}

async function untilRecovered(context: DrillContext): Promise<void> {
  await context.until(
    text('the monitor ends the outage', 'монитор закрывает сбой'),
    async () => (await openOutage(context)) === undefined,
  );
}

async function openOutage({ lab }: DrillContext): Promise<string | undefined> {
  const { memory } = await lab.outages.observe({ noteRun: false });
  return isOpen(memory) ? memory.outage?.id : undefined;
}

export const tourSteps: Readonly<Record<TourStepId, TourStep>> = {
  hello,
  deploy,
  crash,
  hung,
  rogue: (context) => rogue(context, null),
  wiped: (context) => wipe(context, null),
};

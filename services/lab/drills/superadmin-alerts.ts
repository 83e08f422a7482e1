/**
 * Whether every superadmin has been told of something that is no outage.
 *
 * The same kind is told at most once in half an hour, so a drill that is repeated sooner finds that it was told before.
 */
import { throttleRules, type WarningKind } from '../../core/alerts/warnings.ts';
import { superadmins } from '../chats/people.ts';
import { text } from '../shared/text.ts';
import type { DrillContext } from './drill-context.ts';

/** What the message says in every language. */
const marks: Partial<Record<WarningKind, RegExp>> = {
  'another-poller': /409/,
  'dead-letters': /bot_updates_dead/,
};

/** Undefined: not within the last half hour. */
export async function alertedAgoSeconds(
  { lab }: DrillContext,
  kind: WarningKind,
): Promise<number | undefined> {
  const { reported, nowMs } = await lab.outages.observe({ noteRun: false });
  const agoMs = nowMs - (reported[kind]?.raisedMs ?? Number.NEGATIVE_INFINITY);
  return agoMs < throttleRules[kind].quietMs ? agoMs / 1000 : undefined;
}

/** Not seen when what is told of is mended before. */
export async function untilAlerted(
  context: DrillContext,
  kind: WarningKind,
  { sinceWallMs }: { sinceWallMs: number },
): Promise<number | undefined> {
  const { conversations } = context.lab;
  return context.seen(text('every superadmin is told', 'каждый суперадмин знает'), () =>
    superadmins.every(({ id }) => {
      const { messages = [] } = conversations.all().find(({ person }) => person.id === id) ?? {};
      return messages.some(
        ({ from, atMs, text: said }) =>
          from === 'bot' && atMs >= sinceWallMs && marks[kind]?.test(said) === true,
      );
    }),
  );
}

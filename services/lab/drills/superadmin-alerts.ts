/**
 * Whether every superadmin was alerted to something other than an outage.
 *
 * Each kind is sent at most once in half an hour, so a drill repeated sooner finds that its alert went out before.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { throttleRules, type WarningKind } from '../../core/alerts/warnings.ts';
import { superadmins } from '../chats/people.ts';
import { text } from '../shared/text.ts';
import type { DrillContext } from './drill-context.ts';

/** Text that the message contains in every language. */
const marks: Partial<Record<WarningKind, RegExp>> = {
  'another-poller': /409/,
  'dead-letters': /bot_updates_dead/,
};

export interface AlertWatch {
  /** Waits until every superadmin has the alert, and records how long it took; unseen if the fault is fixed first. */
  untilAlerted(): Promise<void>;
}

/** To be called before the fault is put in place. */
export async function watchAlerts(context: DrillContext, kind: WarningKind): Promise<AlertWatch> {
  const { clock, conversations, outages } = context.lab;
  const { reported, nowMs } = await outages.observe({ noteRun: false });
  const agoMs = nowMs - (reported[kind]?.raisedMs ?? Number.NEGATIVE_INFINITY);
  const startedMs = context.nowMs;
  const sinceWallMs = clock.wallMs();
  const hasAlert = (superadmin: number): boolean =>
    conversations
      .all()
      .filter(({ person }) => person.id === superadmin)
      .flatMap(({ messages }) => messages)
      .some(({ from, atMs, text: said }) => from === 'bot' && atMs >= sinceWallMs && marks[kind]?.test(said));
  return {
    async untilAlerted() {
      if (agoMs < throttleRules[kind].quietMs) {
        context.measure('toldAgoSeconds', agoMs / 1000);
        return;
      }
      await context.seen(text('every superadmin is alerted', 'сообщение получает каждый суперадмин'), () =>
        superadmins.every(({ id }) => hasAlert(id)),
      );
      if (!context.unseen) context.measure('alertAfterMs', context.nowMs - startedMs);
    },
  };
}

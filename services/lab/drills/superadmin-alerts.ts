/**
 * Whether every superadmin was alerted to something other than an outage.
 *
 * Each kind is sent at most once in half an hour, so a drill repeated sooner finds that its alert went out before.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { en } from '../../core/alerts/texts/en.ts';
import { ru } from '../../core/alerts/texts/ru.ts';
import { throttleRules, type WarningKind } from '../../core/alerts/warnings.ts';
import { superadmins } from '../chats/people.ts';
import { text } from '../shared/text.ts';
import type { DrillContext } from './drill-context.ts';

/** The start of the message's title, in every language. */
function titlesOf(kind: WarningKind): readonly string[] {
  return [en, ru].map(({ warnings }) => warnings[kind](() => undefined).title.replace(/\?$/, ''));
}

export interface AlertWatch {
  /** Waits until every superadmin has the alert, and records how long it took; unseen if the fault is fixed first. */
  untilAlerted(): Promise<void>;
}

/** To be called before the fault is put in place. */
export async function watchAlerts(context: DrillContext, kind: WarningKind): Promise<AlertWatch> {
  const { clock, conversations, outages } = context.lab;
  const { reported, nowMs } = await outages.observe({ noteRun: false });
  const agoMs = nowMs - (reported[kind]?.raisedMs ?? Number.NEGATIVE_INFINITY);
  const titles = titlesOf(kind);
  const startedMs = context.nowMs;
  const sinceWallMs = clock.wallMs();
  const hasAlert = (superadmin: number): boolean =>
    conversations
      .all()
      .filter(({ person }) => person.id === superadmin)
      .flatMap(({ messages }) => messages)
      .some(
        ({ from, atMs, text: said }) =>
          from === 'bot' && atMs >= sinceWallMs && titles.some((title) => said.includes(title)),
      );
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

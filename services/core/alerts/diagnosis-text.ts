/**
 * Puts a diagnosis into words: for alerts, `status` and the pages. Apart from the texts of the alerts, so that the ops
 * function starts without those.
 */
import type { Cause, Diagnosis } from '../outage/diagnosis.ts';
import { oneLine } from '../platform/foreign-text.ts';
import type { Locale } from '../platform/locale.ts';
import { en } from './texts/diagnosis-en.ts';
import { ru } from './texts/diagnosis-ru.ts';
import type { DiagnosisTexts } from './texts/diagnosis-texts.ts';

export const diagnosisTexts: Readonly<Record<Locale, DiagnosisTexts>> = { ru, en };

/** Longer foreign text, such as an error, would push the next step off the screen. */
const foreignTextMax = 160;

/** Why the bot is silent, in a few words. */
export function causeText(cause: Cause, locale: Locale): string {
  return diagnosisTexts[locale].causes[cause].why;
}

/** The cause, the facts and the next step, a line each. */
export function diagnosisLines(diagnosis: Diagnosis, locale: Locale): string[] {
  const texts = diagnosisTexts[locale];
  const { labels } = texts;
  const { why, next } = texts.causes[diagnosis.cause];
  const lines = [`${labels.cause}: ${why}`];
  const { holder, lastError, telegram, ecs } = diagnosis;
  if (lastError !== null) lines.push(`${labels.error}: ${shown(lastError)}`);
  if (holder !== null) {
    lines.push(`${diagnosis.holdsLock ? labels.lockHolder : labels.lastPolledBy}: ${holderText(holder)}`);
  }
  if (telegram.kind === 'reachable') {
    lines.push(`${labels.waitingUpdates}: ${telegram.pendingUpdates}`);
    if (telegram.webhookHost !== null) lines.push(`${labels.webhook}: ${shown(telegram.webhookHost)}`);
  }
  if (ecs.kind === 'known') {
    const tasks = texts.tasks(ecs.running, ecs.desired);
    const stopReason = ecs.running < ecs.desired ? ecs.lastStopReason : null;
    lines.push(stopReason === null ? tasks : `${tasks}; ${texts.lastTaskStopped(shown(stopReason))}`);
  }
  lines.push(`${labels.next}: ${next}`);
  return lines;
}

function holderText({ host, pid, env }: NonNullable<Diagnosis['holder']>): string {
  return [host, pid === undefined ? undefined : `pid ${pid}`, env]
    .filter((part) => part !== undefined)
    .map(shown)
    .join(', ');
}

/** Foreign text on one line of a message. */
export function shown(foreignText: string): string {
  return oneLine(foreignText, foreignTextMax);
}

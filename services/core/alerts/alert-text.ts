/**
 * Builds the message of every alert: outage, reminder, recovery and warning.
 *
 * The title says what happened, the first line why, the last line what to do; short enough for a phone's lock screen.
 * The words of each language are in `texts/`. Nothing here decides whether or where an alert is sent.
 */
import type { Diagnosis } from '../outage/diagnosis.ts';
import { recipientOfLink } from '../platform/actors.ts';
import type { Locale } from '../platform/locale.ts';
import type { UnstableFacts } from './delivery-store.ts';
import { diagnosisLines, diagnosisTexts, shown } from './diagnosis-text.ts';
import { clockText, durationText } from './duration-text.ts';
import type { AlertPriority } from './inbox-entry.ts';
import { type AlertTexts, labelled } from './texts/alert-texts.ts';
import { en } from './texts/en.ts';
import { ru } from './texts/ru.ts';
import type { WarningKind, WarningParams } from './warnings.ts';

/** What an alert is about. */
export type Alert =
  | (OpenOutage & {
      readonly event: 'down' | 'reminder';
      /** Set while the bot comes and goes. */
      readonly unstable: UnstableFacts | null;
    })
  /** `open`: null while the bot works. */
  | { readonly event: 'unstable'; readonly unstable: UnstableFacts; readonly open: OpenOutage | null }
  | { readonly event: 'stable'; readonly unstable: UnstableFacts; readonly recoveredMs: number }
  | { readonly event: 'acknowledged'; readonly by: string }
  | {
      readonly event: 'recovered';
      readonly sinceMs: number;
      readonly recoveredMs: number;
      readonly unstable: UnstableFacts | null;
    }
  | { readonly event: 'warning'; readonly kind: WarningKind; readonly params: WarningParams };

export interface OpenOutage {
  readonly silentMs: number;
  readonly diagnosis: Diagnosis;
  /** Said in the message to the topic, which then is the only one. */
  readonly noSuperadmins: boolean;
  /** Superadmins whom no message in Telegram can reach. */
  readonly unreachable: readonly string[];
}

export interface AlertMessage {
  readonly title: string;
  readonly text: string;
  readonly priority: AlertPriority;
  /** The subject of the SNS message: ASCII, 100 characters at most. */
  readonly subject: string;
}

interface MessageOptions {
  readonly locale: Locale;
  /** An earlier attempt may have delivered the message: the title says so. */
  readonly possibleRepeat: boolean;
}

const textsByLocale: Readonly<Record<Locale, AlertTexts>> = { ru, en };

const subjects = {
  down: 'StaffProBot is down',
  reminder: 'StaffProBot is still down',
  unstable: 'StaffProBot is unstable',
  stable: 'StaffProBot is stable again',
  acknowledged: 'StaffProBot: someone is on it',
  recovered: 'StaffProBot works again',
} as const;

/** A dead letter has waited already and a broken lock was a decision: neither is worth waking a person. */
const warningFacts: Readonly<
  Record<WarningKind, { readonly priority: AlertPriority; readonly subject: string }>
> = {
  'another-poller': { priority: 'URGENT', subject: 'StaffProBot: another program polls with its token' },
  'handlers-failing': { priority: 'URGENT', subject: 'StaffProBot: most updates fail' },
  'handlers-absent': { priority: 'URGENT', subject: 'StaffProBot: nothing handles its updates' },
  'handlers-behind': { priority: 'NORMAL', subject: 'StaffProBot: the handlers are behind' },
  'dead-letters': { priority: 'NORMAL', subject: 'StaffProBot: updates were given up' },
  'lock-without-expiry': { priority: 'URGENT', subject: 'StaffProBot: the polling lock has no expiry' },
  'manual-action': { priority: 'NORMAL', subject: 'StaffProBot: somebody repaired it by hand' },
  'lock-broken': { priority: 'NORMAL', subject: 'StaffProBot: the polling lock was broken by force' },
  'unreachable-recipients': { priority: 'NORMAL', subject: 'StaffProBot: superadmins cannot be reached' },
};

export function alertMessage(alert: Alert, { locale, possibleRepeat }: MessageOptions): AlertMessage {
  const texts = textsByLocale[locale];
  const message = build(alert, texts, locale);
  return possibleRepeat ? { ...message, title: `${message.title} ${texts.possibleRepeat}` } : message;
}

function build(alert: Alert, texts: AlertTexts, locale: Locale): AlertMessage {
  switch (alert.event) {
    case 'down':
    case 'reminder': {
      const title = texts.titles[alert.event](durationText(alert.silentMs, locale));
      const text = joined([unstableLine(alert.unstable, texts), ...outageLines(alert, locale)]);
      return { title, text, priority: 'URGENT', subject: subjects[alert.event] };
    }
    case 'unstable': {
      const { unstable, open } = alert;
      const title = texts.titles.unstable(unstable.outages, clockText(unstable.sinceMs));
      const now = open === null ? texts.worksNow : texts.silentNow(durationText(open.silentMs, locale));
      const details = open === null ? [] : outageLines(open, locale);
      const text = joined([now, ...details, texts.unstableNext]);
      return { title, text, priority: 'URGENT', subject: subjects.unstable };
    }
    case 'stable': {
      const { unstable, recoveredMs } = alert;
      const text = texts.outages(unstable.outages, clockText(unstable.sinceMs), clockText(recoveredMs));
      return { title: texts.titles.stable, text, priority: 'NORMAL', subject: subjects.stable };
    }
    case 'acknowledged': {
      const text = joined([acknowledgedText(alert.by, texts), texts.noMoreReminders]);
      return { title: texts.titles.acknowledged, text, priority: 'NORMAL', subject: subjects.acknowledged };
    }
    case 'recovered': {
      const { sinceMs, recoveredMs, unstable } = alert;
      const downtime = durationText(recoveredMs - sinceMs, locale);
      const text = joined([
        texts.downtime(downtime, clockText(sinceMs), clockText(recoveredMs)),
        unstableLine(unstable, texts),
        unstable === null ? undefined : texts.unstableNext,
      ]);
      return { title: texts.titles.recovered, text, priority: 'NORMAL', subject: subjects.recovered };
    }
    case 'warning':
      return warningMessage(alert, locale);
  }
}

function joined(lines: readonly (string | undefined)[]): string {
  return lines.filter((line) => line !== undefined).join('\n');
}

function unstableLine(unstable: UnstableFacts | null, texts: AlertTexts): string | undefined {
  return unstable === null ? undefined : texts.unstableSince(unstable.outages, clockText(unstable.sinceMs));
}

function outageLines(
  { diagnosis, noSuperadmins, unreachable }: OpenOutage,
  locale: Locale,
): readonly (string | undefined)[] {
  const { noSuperadmins: noSuperadminsText } = textsByLocale[locale];
  const { labels } = diagnosisTexts[locale];
  return [
    ...diagnosisLines(diagnosis, locale),
    labelled(labels.unreachable, unreachable.length === 0 ? undefined : unreachable.join(', ')),
    noSuperadmins ? noSuperadminsText : undefined,
  ];
}

function acknowledgedText(by: string, texts: AlertTexts): string {
  const recipient = recipientOfLink(by);
  return recipient === undefined ? texts.acknowledgedBy(shown(by)) : texts.acknowledgedUnder(recipient);
}

function warningMessage(
  { kind, params }: { readonly kind: WarningKind; readonly params: WarningParams },
  locale: Locale,
): AlertMessage {
  const { warnings } = textsByLocale[locale];
  const { labels } = diagnosisTexts[locale];
  const { title, lines, next } = warnings[kind]((name) => {
    const value = params[name];
    return value === undefined || value === '' ? undefined : shown(String(value));
  });
  const text = [...lines, `${labels.next}: ${next}`].filter((line) => line !== undefined).join('\n');
  return { title, text, ...warningFacts[kind] };
}

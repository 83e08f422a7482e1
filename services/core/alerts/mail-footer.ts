/**
 * The end of a message to the topic, the only one that comes when Telegram is down and the one without buttons: a command
 * to paste and the runbook's heading. Other people's texts are cut before it, so it always arrives whole.
 */
import type { Cause } from '../outage/diagnosis.ts';
import type { Locale } from '../platform/locale.ts';
import type { Alert } from './alert-text.ts';

export interface RepairFacts {
  /** Without an anchor. */
  readonly runbookUrl: string;
  /** The ops function as deployed; undefined: the command line repairs. */
  readonly opsFunction: { readonly name: string; readonly region: string | undefined } | undefined;
}

type Command = 'recover' | 'force' | 'status';

/** What no restart repairs is only looked at. */
const commandFor: Readonly<Partial<Record<Cause, Command>>> = {
  'lock-without-expiry': 'force',
  'worker-switched-off': 'status',
  'another-poller': 'status',
  'telegram-unreachable': 'status',
  'handlers-failing': 'status',
};

const payloads: Readonly<Record<Command, object>> = {
  recover: { action: 'recover', reason: 'alert mail' },
  force: { action: 'recover', force: true, reason: 'alert mail' },
  status: { action: 'status' },
};

const commandLines: Readonly<Record<Command, string>> = {
  recover: 'npx staffprobot recover',
  force: 'npx staffprobot recover --force',
  status: 'npx staffprobot status',
};

const labels = {
  ru: { repair: 'Починить', look: 'Проверить', runbook: 'Инструкция' },
  en: { repair: 'Repair with', look: 'Check with', runbook: 'Runbook' },
} as const;

/** Undefined for a message that asks for nothing. */
export function mailFooter(
  alert: Alert,
  { runbookUrl, opsFunction }: RepairFacts,
  locale: Locale,
): string | undefined {
  const words = labels[locale];
  const runbook = (anchor: string): string => `${words.runbook}: ${runbookUrl}#${anchor}`;
  if (alert.event === 'warning') return runbook(alert.kind);
  const cause = openCause(alert);
  if (cause === undefined) return undefined;
  const command = commandFor[cause] ?? 'recover';
  const label = command === 'status' ? words.look : words.repair;
  return `${label}: ${commandText(command, opsFunction)}\n${runbook(cause)}`;
}

function openCause(alert: Exclude<Alert, { readonly event: 'warning' }>): Cause | undefined {
  switch (alert.event) {
    case 'down':
    case 'reminder':
      return alert.diagnosis.cause;
    case 'unstable':
      return alert.open?.diagnosis.cause;
    default:
      return undefined;
  }
}

function commandText(command: Command, opsFunction: RepairFacts['opsFunction']): string {
  if (opsFunction === undefined) return commandLines[command];
  const { name, region } = opsFunction;
  return [
    'aws lambda invoke',
    ...(region === undefined ? [] : [`--region ${region}`]),
    `--function-name ${name} --cli-read-timeout 0 --cli-binary-format raw-in-base64-out`,
    `--payload '${JSON.stringify(payloads[command])}' /dev/stdout`,
  ].join(' ');
}

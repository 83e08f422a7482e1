/** `doctor`: what is wrong, the one next step and its command, and what each check asked and got. Changes nothing. */
import { checkRecipients } from '../../core/ops/recipients-check.ts';
import type { StatusAnswer } from '../../core/ops/results.ts';
import type { Cause } from '../../core/outage/diagnosis.ts';
import { missingTokenName } from '../../core/settings/bot-token-settings.ts';
import { adviceOn } from '../advice.ts';
import { checksOf, checksText, isUnreachable, type Recipients } from '../checks.ts';
import type { Invocation } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { facts } from '../render.ts';
import { reportAnswer } from '../report-answer.ts';
import { dependenciesOf, tokenOptional } from '../settings.ts';
import { statusQuestion } from './status.ts';

export async function doctor(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const { terminal, clock } = context;
  const ask = await statusQuestion(context, invocation);
  const [answer, recipients] = await Promise.all([ask(), tryRecipients(context, invocation)]);
  if (!answer.ok) return reportAnswer(context, invocation, answer);
  if (answer.action !== 'status') throw new Error('status is answered by a status');
  const finding = pasted(findingOf(answer, recipients, context), invocation);
  const checks = checksOf(answer, recipients, clock.wallMs());
  if (invocation.isJson)
    terminal.answer(`${JSON.stringify({ ok: true, ...finding, checks, status: answer })}\n`);
  else terminal.answer(`${findingText(finding)}\n${checksText(checks)}`);
  return finding.healthy ? cliExitCodes.done : cliExitCodes.failed;
}

async function tryRecipients(context: CliContext, invocation: Invocation): Promise<Recipients> {
  if (invocation.text('function') !== undefined) {
    return { notAsked: 'the function does not try them; leave --function out, with the bot token set here' };
  }
  const missing = missingTokenName(context.environment);
  if (missing !== undefined) return { notAsked: `${missing} is not set` };
  const { ports, settings } = dependenciesOf(context, tokenOptional);
  if (settings.superadminIds.length === 0) return { notAsked: 'SUPERADMIN_TELEGRAM_IDS is empty' };
  return checkRecipients(ports.telegram, settings.superadminIds);
}

interface Finding {
  readonly healthy: boolean;
  readonly cause: Cause | 'unreachable-recipients' | null;
  readonly meaning: string;
  readonly next: string | null;
  readonly command: string | null;
  readonly runbook: string | null;
}

function findingOf(status: StatusAnswer, recipients: Recipients, { environment }: CliContext): Finding {
  // First of all: such a diagnosis would combine the store of one bot with the token of another.
  if (status.environmentProblem) return otherEnvironment(status.environmentProblem);
  const { cause } = status;
  if (cause !== null) {
    return { healthy: false, cause, ...adviceOn(cause, environment), runbook: `docs/runbook.md#${cause}` };
  }
  const unreachable = unreachableIn(status, recipients);
  if (unreachable.length > 0) return unreachableRecipients(unreachable);
  const meaning = 'All is well: a worker polls, and its heartbeat is fresh.';
  return { healthy: true, cause: null, meaning, next: null, command: null, runbook: null };
}

/** The command as it acts on what was asked. */
function pasted(finding: Finding, invocation: Invocation): Finding {
  const isOurs = finding.command?.startsWith('npx staffprobot ') === true;
  return isOurs && invocation.has('lab') ? { ...finding, command: `${finding.command} --lab` } : finding;
}

function unreachableIn(status: StatusAnswer, recipients: Recipients): readonly string[] {
  if ('notAsked' in recipients) return status.unreachable;
  return recipients.filter(isUnreachable).map(({ telegramId }) => telegramId);
}

function otherEnvironment(problem: string): Finding {
  return {
    healthy: false,
    cause: 'other-environment',
    meaning: 'These settings belong to one bot and the store to another: no diagnosis is possible.',
    next: problem,
    command: null,
    runbook: null,
  };
}

function unreachableRecipients(telegramIds: readonly string[]): Finding {
  return {
    healthy: false,
    cause: 'unreachable-recipients',
    meaning: `The bot works, but no alert reaches ${telegramIds.join(', ')} in Telegram.`,
    next: 'Ask them to open the chat with the bot and press Start, or correct SUPERADMIN_TELEGRAM_IDS.',
    command: 'npx staffprobot doctor',
    runbook: 'docs/runbook.md#unreachable-recipients',
  };
}

function findingText({ cause, meaning, next, command, runbook }: Finding): string {
  return `${meaning}\n${facts([
    ['cause', cause ?? undefined],
    ['do this', next ?? undefined],
    ['command', command ?? undefined],
    ['runbook', runbook ?? undefined],
  ])}`;
}

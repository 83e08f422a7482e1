/** `doctor`: what is wrong, the one next step and its command, and what each check asked and got. Changes nothing. */
import { checkRecipients } from '../../core/ops/recipients-check.ts';
import type { OpsAnswer, StatusAnswer } from '../../core/ops/results.ts';
import type { Cause } from '../../core/outage/diagnosis.ts';
import { missingTokenName } from '../../core/settings/bot-token-settings.ts';
import { readHandlersSettings } from '../../core/settings/queue-settings.ts';
import { VariableReader } from '../../core/settings/variable-reader.ts';
import { adviceOn } from '../advice.ts';
import type { Check } from '../check.ts';
import { checksOf, checksText, isUnreachable, type Recipients } from '../checks.ts';
import { type Invocation, UsageError } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { withProgress } from '../progress.ts';
import { facts } from '../render.ts';
import { reportAnswer } from '../report-answer.ts';
import { dependenciesOf, tokenOptional } from '../settings.ts';
import { emptyForMs, type WayBack, watchWayBack } from '../way-back.ts';
import { statusQuestion } from './status.ts';

export async function doctor(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const { terminal, clock } = context;
  const ask = await statusQuestion(context, invocation);
  const wayBackIn = wayBackOf(context, invocation);
  const [answer, recipients] = await Promise.all([ask(), tryRecipients(context, invocation)]);
  if (!answer.ok) return reportAnswer(context, invocation, answer);
  if (answer.action !== 'status') throw new Error('status is answered by a status');
  const wayBack = await wayBackIn?.(ask);
  const finding = pasted(findingOf(answer, recipients, context, wayBack), invocation);
  const checks = [...checksOf(answer, recipients, clock.wallMs()), ...wayBackChecks(wayBack)];
  if (invocation.isJson)
    terminal.answer(`${JSON.stringify({ ok: true, ...finding, checks, status: answer })}\n`);
  else terminal.answer(`${findingText(finding)}\n${checksText(checks)}`);
  return finding.healthy ? cliExitCodes.done : cliExitCodes.failed;
}

type Ask = () => Promise<OpsAnswer>;

/** Undefined: nobody asks for it, and the settings here are not those of a way back. @throws UsageError */
function wayBackOf(
  context: CliContext,
  invocation: Invocation,
): ((ask: Ask) => Promise<WayBack>) | undefined {
  const isAsked = invocation.has('inline');
  if (!isAsked && invocation.text('wait') !== undefined)
    throw new UsageError('--wait: expected with --inline');
  const waitMs = invocation.integer('wait', { default: 0, min: 1, max: 3600 }) * 1000;
  if (!isAsked && !hasLeftQueue(context, invocation)) return undefined;
  const { clock } = context;
  return (ask) =>
    withProgress({ ...context, isQuiet: invocation.isQuiet }, 'watching the updates queue', () =>
      watchWayBack({
        clock,
        waitMs,
        isBefore: isAsked,
        async ask() {
          const answer = await ask();
          return answer.ok && answer.action === 'status' ? answer : undefined;
        },
      }),
    );
}

/** Handlers are inline here, though a queue is still named. */
function hasLeftQueue({ environment }: CliContext, invocation: Invocation): boolean {
  if (invocation.text('function') !== undefined || invocation.has('lab')) return false;
  const handlers = readHandlersSettings(environment);
  const reader = new VariableReader(environment);
  return handlers.ok && handlers.settings.queue === undefined && reader.isSet('UPDATES_QUEUE_URL');
}

function wayBackChecks(wayBack: WayBack | undefined): readonly Check[] {
  if (wayBack === undefined) return [];
  const asked = `whether the updates queue has been empty for ${emptyForMs / 1000} s`;
  return [{ name: 'way back', ok: wayBack.isOpen, asked, came: wayBack.came }];
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

function findingOf(
  status: StatusAnswer,
  recipients: Recipients,
  { environment }: CliContext,
  wayBack: WayBack | undefined,
): Finding {
  // First of all: such a diagnosis would combine the store of one bot with the token of another.
  if (status.environmentProblem) return otherEnvironment(status.environmentProblem);
  // Whoever goes back inline has stopped the worker: that nobody polls is no trouble then.
  if (wayBack !== undefined) return wayBackFinding(wayBack);
  const { cause } = status;
  if (cause !== null) {
    return { healthy: false, cause, ...adviceOn(cause, environment), runbook: `docs/runbook.md#${cause}` };
  }
  const queueTrouble = queueFinding(status, environment);
  if (queueTrouble !== undefined) return queueTrouble;
  const unreachable = unreachableIn(status, recipients);
  if (unreachable.length > 0) return unreachableRecipients(unreachable);
  const meaning = 'All is well: a worker polls, and its heartbeat is fresh.';
  return { healthy: true, cause: null, meaning, next: null, command: null, runbook: null };
}

function wayBackFinding({ isOpen, came }: WayBack): Finding {
  const runbook = 'docs/scaling.md#the-way-back';
  if (isOpen) {
    const meaning = `Handlers may go back inline: ${came}.`;
    const next = 'Deploy without handlers=queue, then start the worker.';
    return { healthy: true, cause: null, meaning, next, command: null, runbook };
  }
  return {
    healthy: false,
    cause: null,
    meaning: `Handlers must not go back inline yet: ${came}.`,
    next: 'Leave the consumers running until the queue is empty. If the bot is in queue mode, set HANDLERS=queue here.',
    command: 'npx staffprobot doctor --inline --wait 900',
    runbook,
  };
}

/** What is wrong with queue mode though nothing waits yet. */
function queueFinding(
  { updatesQueue }: StatusAnswer,
  environment: CliContext['environment'],
): Finding | undefined {
  if (updatesQueue === undefined) return undefined;
  const { queue, problem, consumers } = updatesQueue;
  if (queue === null) {
    return {
      healthy: false,
      cause: null,
      meaning: 'A worker polls, but the updates queue does not answer here.',
      next: `${problem}. Check UPDATES_QUEUE_URL, AWS_REGION and the rights of the AWS credentials.`,
      command: 'npx staffprobot doctor',
      runbook: 'docs/runbook.md#handlers-behind',
    };
  }
  if (consumers.some(({ isLate }) => !isLate)) return undefined;
  const cause = 'handlers-absent';
  const { next, command } = adviceOn(cause, environment);
  const meaning = 'A worker polls, but no consumer has a fresh heartbeat: the next update will wait.';
  return { healthy: false, cause, meaning, next, command, runbook: `docs/runbook.md#${cause}` };
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

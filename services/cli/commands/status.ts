/** `status` and `doctor`: they look and change nothing. */
import type { StatusAnswer } from '../../core/ops/results.ts';
import type { Cause } from '../../core/outage/diagnosis.ts';
import { adviceOn } from '../advice.ts';
import type { Invocation } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { opsDoor } from '../ops-client.ts';
import { facts, statusText, unknownsText } from '../render.ts';
import { told } from './actions.ts';

const question = { action: 'status', force: false, dropUpdates: false, reason: '' } as const;

export async function status(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const door = await opsDoor(context, invocation);
  return told(context, invocation, await door.ask({ ...question, requestedBy: context.requester }));
}

export async function doctor(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const door = await opsDoor(context, invocation);
  const answer = await door.ask({ ...question, requestedBy: context.requester });
  if (!answer.ok) return told(context, invocation, answer);
  if (answer.action !== 'status') throw new Error('status is answered by a status');
  const finding = findingOf(answer, context);
  if (invocation.isJson)
    context.terminal.answer(`${JSON.stringify({ ok: true, ...finding, status: answer })}\n`);
  else context.terminal.answer(findingText(finding, answer));
  return finding.healthy ? cliExitCodes.done : cliExitCodes.failed;
}

interface Finding {
  readonly healthy: boolean;
  readonly cause: Cause | 'other-environment' | null;
  readonly meaning: string;
  readonly next: string | null;
  readonly command: string | null;
  readonly runbook: string | null;
}

/** A bot that works may still be about to stop: a rejected token and a webhook are seen before its heartbeat is old. */
function findingOf(status: StatusAnswer, { environment }: CliContext): Finding {
  // First of all: the diagnosis is of one bot's store and of another's token.
  if (status.environmentProblem) return otherEnvironment(status.environmentProblem);
  const { cause } = status;
  const coming: Cause | null =
    status.telegram === 'token-rejected'
      ? 'token-rejected'
      : status.webhookSet === true
        ? 'webhook-set'
        : null;
  const found = cause ?? coming;
  if (found === null) {
    const meaning = 'All is well: a worker polls, and its heartbeat is fresh.';
    return { healthy: true, cause: null, meaning, next: null, command: null, runbook: null };
  }
  return {
    healthy: false,
    cause: found,
    ...adviceOn(found, environment),
    runbook: `docs/runbook.md#${found}`,
  };
}

function otherEnvironment(problem: string): Finding {
  const meaning =
    'These settings are of one bot, and the store is of another: what they find does not fit together.';
  return {
    healthy: false,
    cause: 'other-environment',
    meaning,
    next: problem,
    command: null,
    runbook: null,
  };
}

function findingText({ cause, meaning, next, command, runbook }: Finding, status: StatusAnswer): string {
  if (cause === null) return `${meaning}\n${unknownsText(status)}`;
  // The one next step says it already.
  const rest = { ...status, diagnosis: [], environmentProblem: null };
  return `${meaning}\n${facts([
    ['cause', cause],
    ['do this', next ?? undefined],
    ['command', command ?? undefined],
    ['runbook', runbook ?? undefined],
  ])}\n${statusText(rest)}`;
}

/** `doctor`: what is wrong, the one next step, and the command for it. Changes nothing. */
import type { StatusAnswer } from '../../core/ops/results.ts';
import type { Cause } from '../../core/outage/diagnosis.ts';
import { adviceOn } from '../advice.ts';
import type { Invocation } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { facts, statusText, unknownsText } from '../render.ts';
import { reportAnswer } from '../report-answer.ts';
import { askStatus } from './status.ts';

export async function doctor(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const { terminal, clock } = context;
  const answer = await askStatus(context, invocation);
  if (!answer.ok) return reportAnswer(context, invocation, answer);
  if (answer.action !== 'status') throw new Error('status is answered by a status');
  const finding = findingOf(answer, context);
  if (invocation.isJson) terminal.answer(`${JSON.stringify({ ok: true, ...finding, status: answer })}\n`);
  else terminal.answer(findingText(finding, answer, clock.wallMs()));
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

function findingOf(status: StatusAnswer, { environment }: CliContext): Finding {
  // First of all: such a diagnosis would combine the store of one bot with the token of another.
  if (status.environmentProblem) return otherEnvironment(status.environmentProblem);
  const { cause } = status;
  if (cause === null) {
    const meaning = 'All is well: a worker polls, and its heartbeat is fresh.';
    return { healthy: true, cause: null, meaning, next: null, command: null, runbook: null };
  }
  return {
    healthy: false,
    cause,
    ...adviceOn(cause, environment),
    runbook: `docs/runbook.md#${cause}`,
  };
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

function findingText(
  { cause, meaning, next, command, runbook }: Finding,
  status: StatusAnswer,
  nowMs: number,
): string {
  if (cause === null) return `${meaning}\n${unknownsText(status)}`;
  // The next step already says what these would.
  const rest = { ...status, diagnosis: [], environmentProblem: null };
  return `${meaning}\n${facts([
    ['cause', cause],
    ['do this', next ?? undefined],
    ['command', command ?? undefined],
    ['runbook', runbook ?? undefined],
  ])}\n${statusText(rest, nowMs)}`;
}

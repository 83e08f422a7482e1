/** `status` and `doctor`: they look and change nothing. */
import type { StatusResult } from '../../core/ops/results.ts';
import type { Cause } from '../../core/outage/diagnosis.ts';
import { adviceFor } from '../advice.ts';
import type { Invocation } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { opsDoor } from '../ops-door.ts';
import { facts, statusText } from '../render.ts';
import { told } from './act.ts';

const question = { action: 'status', force: false, dropUpdates: false, reason: '' } as const;

export async function status(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const door = await opsDoor(context, invocation);
  return told(context, invocation, await door.ask({ ...question, requestedBy: context.requester }));
}

export async function doctor(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const door = await opsDoor(context, invocation);
  const answer = await door.ask({ ...question, requestedBy: context.requester });
  if (!answer.ok) {
    if (answer.error.code === 'STORE_UNREACHABLE' && !invocation.isJson) context.terminal.tell(storeAdvice);
    return told(context, invocation, answer);
  }
  if (answer.action !== 'status') throw new Error('status is answered by a status');
  const finding = findingOf(answer);
  if (invocation.isJson)
    context.terminal.answer(`${JSON.stringify({ ok: true, ...finding, status: answer })}\n`);
  else context.terminal.answer(findingText(finding, answer));
  return finding.healthy ? cliExitCodes.done : cliExitCodes.failed;
}

const storeAdvice =
  'The store cannot be reached, so nothing is known about the bot.\n' +
  'Next: check UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, and that the database is up; then ask again.';

interface Finding {
  readonly healthy: boolean;
  readonly cause: Cause | null;
  readonly meaning: string;
  readonly next: string | null;
  readonly command: string | null;
  readonly runbook: string | null;
}

/** A bot that works may still be about to stop: these two are seen before its heartbeat is old. */
function findingOf(status: StatusResult): Finding {
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
  return { healthy: false, cause: found, ...adviceFor[found], runbook: `docs/runbook.md#${found}` };
}

function findingText({ cause, meaning, next, command, runbook }: Finding, status: StatusResult): string {
  if (cause === null) return `${meaning}\n`;
  return `${meaning}\n${facts([
    ['cause', cause],
    ['do this', next ?? undefined],
    ['command', command ?? undefined],
    ['runbook', runbook ?? undefined],
  ])}\n${statusText({ ...status, diagnosis: [] })}`;
}

/** `status`: who polls, and how the bot is. Changes nothing. */
import type { OpsAnswer } from '../../core/ops/results.ts';
import type { Invocation } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import type { CliExitCode } from '../exit-codes.ts';
import { opsClient } from '../ops-client.ts';
import { reportAnswer } from '../report-answer.ts';

export async function status(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  return reportAnswer(context, invocation, await askStatus(context, invocation));
}

export async function askStatus(context: CliContext, invocation: Invocation): Promise<OpsAnswer> {
  const client = await opsClient(context, invocation);
  return client.ask({
    action: 'status',
    force: false,
    dropUpdates: false,
    reason: '',
    requestedBy: context.requester,
  });
}

/** `status`: who polls, and how the bot is. Changes nothing. */
import type { OpsAnswer } from '../../core/ops/results.ts';
import type { Invocation } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import type { CliExitCode } from '../exit-codes.ts';
import { opsClient } from '../ops-client.ts';
import { reportAnswer } from '../report-answer.ts';
import { watchStatus } from '../watch.ts';

export async function status(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const ask = await statusQuestion(context, invocation);
  if (invocation.has('watch')) return watchStatus(context, invocation, ask);
  return reportAnswer(context, invocation, await ask());
}

/** How to ask for the status, as often as one likes. */
export async function statusQuestion(
  context: CliContext,
  invocation: Invocation,
): Promise<() => Promise<OpsAnswer>> {
  const client = await opsClient(context, invocation);
  const request = { force: false, dropUpdates: false, reason: '', requestedBy: context.requester };
  return () => client.ask({ action: 'status', ...request });
}

/** The ops actions: confirms, runs and reports them. */
import { describeHolder } from '../../core/lease/lock-value.ts';
import { type Consequence, consequenceOf, isWorse } from '../../core/ops/consequence.ts';
import { environmentError } from '../../core/ops/environment-guard.ts';
import { type OpsAction, type OpsRequest, readPayload } from '../../core/ops/payload.ts';
import { ecsNotConfigured } from '../../core/ops/restart.ts';
import type { OpsAnswer, StatusAnswer } from '../../core/ops/results.ts';
import { waitingIn } from '../../core/outage/queue-trouble.ts';
import { type Invocation, UsageError } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { type OpsClient, opsClient } from '../ops-client.ts';
import { withProgress } from '../progress.ts';
import { duration, waitingUpdates } from '../render.ts';
import { reportAnswer } from '../report-answer.ts';

export async function runAction(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const request = requestOf(context, invocation);
  const mustAsk = !invocation.has('yes');
  if (mustAsk && !context.terminal.canAsk)
    throw new UsageError('this action asks for confirmation, and there is no terminal: add --yes');
  const client = await opsClient(context, invocation);
  if (mustAsk) {
    const answer = await confirm(context, client, request);
    if (answer === 'no') {
      context.terminal.tell('Nothing was changed.');
      return cliExitCodes.failed;
    }
    if (answer !== 'yes') return reportAnswer(context, invocation, answer);
  }
  const answer = await withProgress({ ...context, isQuiet: invocation.isQuiet }, request.action, ({ step }) =>
    client.ask(request, (name) => step(name)),
  );
  return reportAnswer(context, invocation, answer);
}

/** Asks until what was confirmed is no worse than what would be done. */
async function confirm(
  context: CliContext,
  client: OpsClient,
  request: OpsRequest,
): Promise<'yes' | 'no' | Refused> {
  let question = await questionFor(client, request);
  while (question.ok) {
    if (!(await isConfirmed(context, question.text))) return 'no';
    const now = await questionFor(client, request);
    if (now.ok && !isWorse(now.consequence, question.consequence)) return 'yes';
    if (now.ok) context.terminal.tell('It has changed meanwhile, so nothing was done. Look again:');
    question = now;
  }
  return question;
}

export function requestOf({ requester }: Pick<CliContext, 'requester'>, invocation: Invocation): OpsRequest {
  const result = readPayload({
    action: invocation.command,
    ...(invocation.has('force') ? { force: true } : {}),
    ...(invocation.has('drop-updates') ? { dropUpdates: true } : {}),
    ...(invocation.command === 'snooze' ? { minutes: minutesOf(invocation) } : {}),
    reason: invocation.text('reason') ?? 'by hand from the command line',
    requestedBy: invocation.text('as') ?? requester,
  });
  if (!result.ok) throw new UsageError(result.error.message);
  return result.request;
}

/** The words of the command line, as a number if they are one: the payload says what is wrong with another. */
function minutesOf({ words: [word] }: Invocation): unknown {
  return word !== undefined && /^\d{1,9}$/.test(word) ? Number(word) : word;
}

type Refused = Extract<OpsAnswer, { ok: false }>;
type Question = { readonly ok: true; readonly text: string; readonly consequence: Consequence } | Refused;

/** The present state and what the action would do. Never asks about an action that would be refused. */
async function questionFor(client: OpsClient, request: OpsRequest): Promise<Question> {
  const answer = await client.ask({
    ...request,
    action: 'status',
    force: false,
    dropUpdates: false,
    minutes: undefined,
  });
  if (!answer.ok) return answer;
  if (answer.action !== 'status') throw new Error('status is answered by a status');
  const { environment, lock, heartbeat } = answer;
  const error = environmentError(request, {
    environment: environment ?? undefined,
    lock: lock?.value,
    heartbeat: heartbeat ?? undefined,
  });
  if (error !== undefined) return { ok: false, action: request.action, error };
  if (request.action === 'restart' && !hasEcs(answer)) {
    return { ok: false, action: 'restart', error: ecsNotConfigured };
  }
  const lines = [stateLine(answer), consequenceText(request, answer)];
  const text = `${lines.join('\n')}\nGo on? [y/N] `;
  return { ok: true, text, consequence: consequenceOf(request, answer) };
}

function stateLine({ lock, heartbeatAgeSeconds: age }: StatusAnswer): string {
  const holder = lock === null ? 'The lock is free' : `The lock is held by ${describeHolder(lock.value)}`;
  return `${holder}; ${age === null ? 'there is no heartbeat' : `the last heartbeat is ${duration(age)} old`}.`;
}

/** Configured, even if it could not be asked. */
function hasEcs({ ecs, ecsProblem }: StatusAnswer): boolean {
  return ecs !== null || ecsProblem !== null;
}

const restarts = 'The worker restarts: the bot pauses for a moment, and messages wait at Telegram.';
const restartsNothing =
  'No worker is restarted, because ECS is not configured: if no standby runs, start a worker.';

/** Nothing where handlers run inline. */
function queueDrop({ updatesQueue }: StatusAnswer): string {
  if (updatesQueue === undefined) return '';
  const { queue } = updatesQueue;
  const what = queue === null ? 'everything' : `about ${waitingUpdates(waitingIn(queue))}`;
  return `, and ${what} in the updates queue`;
}

function handlersRestart({ updatesQueue }: StatusAnswer): string {
  if (updatesQueue === undefined) return '';
  return updatesQueue.tasks === null
    ? '\nThe handlers do not restart from here, because ECS tells nothing of them: check ECS_HANDLERS_SERVICE.'
    : '\nThe handlers restart too; what they have not begun goes back to the queue.';
}

function consequenceText(
  { action, force, dropUpdates, minutes = 0 }: OpsRequest,
  status: StatusAnswer,
): string {
  const pending = status.pendingUpdates;
  const drops = `DELETED FOR GOOD: ${pending === null ? 'every update that waits at Telegram' : waitingUpdates(pending)}${queueDrop(status)}.`;
  const releases = force
    ? 'The lock is DELETED at once: a holder that still polls will overlap with the next one.'
    : 'Its holder is asked to release it; a standby takes over.';
  const texts: Readonly<Record<OpsAction, string>> = {
    status: '',
    'release-lock': releases,
    'drop-updates': status.webhookSet === true ? `${drops} The webhook is removed.` : drops,
    restart: `${restarts}${handlersRestart(status)}`,
    snooze:
      minutes === 0
        ? 'The alerts go on.'
        : `Nobody is alerted for ${duration(minutes * 60)}, whatever happens; an outage that is open then is told.`,
    recover: [releases, ...(dropUpdates ? [drops] : []), hasEcs(status) ? restarts : restartsNothing].join(
      '\n',
    ),
  };
  return texts[action];
}

const yes = ['y', 'yes', 'д', 'да'];

export async function isConfirmed(
  { terminal }: Pick<CliContext, 'terminal'>,
  question: string,
): Promise<boolean> {
  return yes.includes((await terminal.ask(question)).trim().toLowerCase());
}

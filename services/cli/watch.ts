/**
 * `status --watch`: asks again and again until it is interrupted. On a terminal it redraws the page; elsewhere it prints
 * the page, or one line of JSON, each time the state has changed. Ages and counts alone are no change.
 */
import type { OpsAnswer } from '../core/ops/results.ts';
import type { Invocation } from './command-line.ts';
import type { CliContext } from './context.ts';
import { type CliExitCode, cliExitCodes } from './exit-codes.ts';
import { answerText, timeText } from './render.ts';
import { reportAnswer } from './report-answer.ts';

const everyMs = 2000;
/** Each look costs an invocation. */
const everyMsByFunction = 10_000;

export async function watchStatus(
  context: CliContext,
  invocation: Invocation,
  ask: () => Promise<OpsAnswer>,
): Promise<CliExitCode> {
  const { terminal, clock } = context;
  const pauseMs = invocation.text('function') === undefined ? everyMs : everyMsByFunction;
  const end = context.interrupted();
  let shown: string | undefined;
  while (!end.aborted) {
    const answer = await ask();
    if (end.aborted) break;
    const state = stateOf(answer);
    const time = timeText(clock.wallMs());
    if (!invocation.isJson && terminal.canRedraw) {
      terminal.redraw(`${time}\n${answerText(answer, clock.wallMs())}\nCtrl-C ends this.\n`);
    } else if (state !== shown) {
      if (!invocation.isJson) terminal.answer(`${shown === undefined ? '' : '\n'}${time}\n`);
      reportAnswer(context, invocation, answer);
    }
    shown = state;
    await clock.sleep(pauseMs, end);
  }
  return cliExitCodes.done;
}

/** All but ages, counts, and what renews itself. */
export function stateOf(answer: OpsAnswer): string {
  if (!answer.ok) return JSON.stringify(answer.error);
  if (answer.action !== 'status') throw new Error('status is answered by a status');
  const { lock, epoch, state, since, told, cause, outage, telegram, telegramProblem, webhookSet } = answer;
  const { ecs, ecsProblem, environmentProblem, acknowledgedBy, snooze, unreachable } = answer;
  const holder = lock === null ? null : { value: lock.value, revoked: lock.revoked };
  const verdict = { state, since, told, cause, outage, acknowledgedBy, snooze, unreachable };
  const asked = { telegram, telegramProblem, webhookSet, ecs, ecsProblem, environmentProblem };
  return JSON.stringify({ holder, epoch, ...verdict, ...asked });
}

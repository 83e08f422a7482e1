/**
 * Prints an ops answer, as JSON or for a person, and gives the exit code that goes with it.
 *
 * Tested by: test/cli/commands/actions.test.ts
 */
import type { OpsAnswer } from '../core/ops/results.ts';
import type { Invocation } from './command-line.ts';
import type { CliContext } from './context.ts';
import { type CliExitCode, cliExitCodes, exitCodeOf } from './exit-codes.ts';
import { answerText } from './render.ts';

export function reportAnswer(
  { terminal, clock }: CliContext,
  { isJson }: Invocation,
  answer: OpsAnswer,
): CliExitCode {
  if (isJson) terminal.answer(`${JSON.stringify(withOldNames(answer))}\n`);
  else if (answer.ok) terminal.answer(answerText(answer, clock.wallMs()));
  else terminal.tell(answerText(answer, clock.wallMs()).trimEnd());
  if (!answer.ok) return exitCodeOf(answer.error.code);
  const isStillHeld = answer.action === 'release-lock' && answer.mode === 'revoked';
  return isStillHeld ? cliExitCodes.failed : cliExitCodes.done;
}

/** `release-lock` answers under two names: scripts also read `lock_removed` and `previous_value`. */
function withOldNames(answer: OpsAnswer): object {
  return answer.ok && answer.action === 'release-lock'
    ? { ...answer, lock_removed: answer.lockRemoved, previous_value: answer.previousValue }
    : answer;
}

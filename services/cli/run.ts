/**
 * Runs one command, from its arguments to its exit code. A failure is a line on stderr (and an answer with `--json`),
 * never a stack trace; a bug is thrown on.
 */

import { obeyProxy } from '../adapters/proxy.ts';
import { version } from '../adapters/version.ts';
import { faultOf } from '../core/ops/ops-ports.ts';
import { redactor } from '../core/platform/redaction.ts';
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import { secretsIn } from '../core/settings/secrets.ts';
import { type Invocation, readCommandLine, UsageError } from './command-line.ts';
import { runAction } from './commands/actions.ts';
import { audit, inbox } from './commands/audit-and-inbox.ts';
import { checkEnv } from './commands/check-env.ts';
import { dead } from './commands/dead.ts';
import { doctor } from './commands/doctor.ts';
import { status } from './commands/status.ts';
import { unbind } from './commands/unbind.ts';
import type { CommandName } from './commands.ts';
import { completion } from './completion.ts';
import type { CliContext } from './context.ts';
import { type CliExitCode, cliExitCodes, exitCodeOf } from './exit-codes.ts';
import { helpFor } from './help.ts';
import { findLab } from './lab.ts';
import { withStoreAnswer } from './store-answer.ts';
import { guarded } from './terminal.ts';

type Run = (context: CliContext, invocation: Invocation) => CliExitCode | Promise<CliExitCode>;

const runs: Readonly<Record<CommandName, Run>> = {
  status,
  doctor,
  'release-lock': runAction,
  'drop-updates': runAction,
  restart: runAction,
  recover: runAction,
  snooze: runAction,
  inbox,
  dead,
  audit,
  'check-env': checkEnv,
  unbind,
  completion,
};

export async function runCli(args: readonly string[], given: CliContext): Promise<CliExitCode> {
  let context = { ...given, terminal: guarded(given.terminal, given.program) };
  const isJson = args.includes('--json');
  try {
    const line = readCommandLine(args);
    if (line.kind !== 'run') {
      context.terminal.answer(line.kind === 'help' ? helpFor(line.command) : `staffprobot ${version}\n`);
      return cliExitCodes.done;
    }
    const { invocation } = line;
    if (invocation.has('lab')) context = await onLab(context, invocation);
    obeyProxy(context.environment);
    return await runs[invocation.command](context, invocation);
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    const { hint } = failure;
    const { code, message } = await withStoreAnswer(failure, context.environment);
    const redact = redactor(secretsIn(context.environment));
    if (isJson)
      context.terminal.answer(
        `${JSON.stringify({ ok: false, error: { code, message: redact(message) } })}\n`,
      );
    context.terminal.tell(redact(hint === undefined ? message : `${message}\n${hint}`));
    return code === 'USAGE' ? cliExitCodes.usage : exitCodeOf(code);
  }
}

async function onLab(context: CliContext, { isQuiet }: Invocation): Promise<CliContext> {
  const { url, environment } = await findLab(context.environment);
  if (!isQuiet) context.terminal.tell(`on the lab at ${url}`);
  return { ...context, environment };
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

function failureOf(error: unknown): Failure | undefined {
  if (error instanceof UsageError) {
    return { code: error.code, message: error.message, hint: 'Help: npx staffprobot --help' };
  }
  if (error instanceof ConfigurationError) {
    const hint =
      'Set them in the environment or in .env, go through the function (--function NAME), or rehearse (--lab)';
    return { code: error.code, message: error.message, hint };
  }
  return faultOf(error);
}

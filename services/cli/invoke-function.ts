/**
 * Invokes the deployed ops function by the AWS command line, which brings the person's own profile, region and sign-in.
 *
 * Works with its versions 1 and 2: both send a payload from a file unchanged.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpsRequest } from '../core/ops/payload.ts';
import type { OpsAnswer } from '../core/ops/results.ts';
import type { CliContext } from './context.ts';

/** Longer than the function may run. */
const readTimeoutSeconds = 320;
const notFound =
  'expected the "aws" program on PATH for --function, found none; install the AWS CLI, or leave --function out and ' +
  'set the store in the environment or .env';

export async function invokeFunction(
  { runProgram, inTemporaryFolder }: CliContext,
  name: string,
  request: OpsRequest,
): Promise<OpsAnswer> {
  return inTemporaryFolder(async (folder) => {
    const [payload, answer] = [join(folder, 'payload.json'), join(folder, 'answer.json')];
    await writeFile(payload, JSON.stringify(payloadOf(request)));
    const ran = await runProgram('aws', [
      'lambda',
      'invoke',
      ...['--function-name', name],
      ...['--payload', `fileb://${payload}`],
      ...['--cli-read-timeout', String(readTimeoutSeconds)],
      ...['--output', 'json'],
      answer,
    ]);
    if (ran === undefined) return failed('AWS_MISSING', notFound);
    if (ran.code !== 0) return awsFailure(ran.stderr);
    return readAnswer(ran.stdout, await readFile(answer, 'utf8'));
  });
}

/** Only the fields that the action has: the function refuses any other. */
function payloadOf({ action, force, dropUpdates, minutes, reason, requestedBy }: OpsRequest): object {
  return {
    action,
    ...(force ? { force } : {}),
    ...(dropUpdates ? { dropUpdates } : {}),
    ...(minutes === undefined ? {} : { minutes }),
    ...(reason === '' ? {} : { reason }),
    requestedBy,
  };
}

function awsFailure(stderr: string): OpsAnswer {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const isUnreachable = /could not connect|timed? ?out|unable to locate|endpoint/i.test(said);
  return failed(isUnreachable ? 'FUNCTION_UNREACHABLE' : 'FUNCTION_REFUSED', `aws lambda invoke: ${said}`);
}

function readAnswer(metadata: string, text: string): OpsAnswer {
  const answer = parsed(text);
  if (answer !== undefined && typeof answer['ok'] === 'boolean') return withVerdict(answer);
  const isFunctionError = parsed(metadata)?.['FunctionError'] !== undefined;
  const said = answer?.['errorMessage'];
  return isFunctionError
    ? failed('FUNCTION_FAILED', `the function failed: ${typeof said === 'string' ? said : 'no message'}`)
    : failed('FUNCTION_FAILED', 'expected an answer of the ops function, got something else; check the name');
}

/** A function that was deployed earlier knows fewer states, and not since when. */
function withVerdict(answer: Readonly<Record<string, unknown>>): OpsAnswer {
  const isOld = answer['action'] === 'status' && answer['ok'] === true && answer['state'] === undefined;
  const state = answer['up'] === true ? 'works' : 'down';
  const verdict = isOld
    ? { state, since: null, told: null, handlers: null, acknowledgedBy: null, snooze: null, unreachable: [] }
    : {};
  return { ...answer, ...verdict } as unknown as OpsAnswer;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function failed(code: string, message: string): OpsAnswer {
  return { ok: false, error: { code, message } };
}

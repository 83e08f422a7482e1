/**
 * The exit codes of the command line: those of the processes, and two more. Scripts rely on them.
 *
 * Tested by: test/cli/command-line.test.ts
 */
import { exitCodes } from '../core/platform/exit-codes.ts';

export const cliExitCodes = {
  done: 0,
  /** Refused, failed, or answered "no"; of `doctor`: something is wrong. */
  failed: 1,
  usage: 64,
  /** The store, the function or the lab does not answer, or refuses. */
  unreachable: exitCodes.storeUnreachable,
  bug: exitCodes.bug,
  configuration: exitCodes.configuration,
} as const;

export type CliExitCode = (typeof cliExitCodes)[keyof typeof cliExitCodes];

const unreachableCodes = ['STORE_UNREACHABLE', 'STORE_REFUSED', 'FUNCTION_UNREACHABLE', 'LAB_UNREACHABLE'];

/** The exit code for the error code of an ops answer. */
export function exitCodeOf(errorCode: string): CliExitCode {
  if (unreachableCodes.includes(errorCode)) return cliExitCodes.unreachable;
  if (errorCode === 'CONFIGURATION' || errorCode === 'AWS_MISSING') return cliExitCodes.configuration;
  return cliExitCodes.failed;
}

/**
 * How a program of the bot ends before it has begun: one line for each problem, and the exit code.
 *
 * Tested by: test/bot/main.test.ts
 */
import { type ExitCode, exitCodes } from '../core/platform/exit-codes.ts';

export function refuse(problems: readonly string[], code: ExitCode = exitCodes.configuration): ExitCode {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  return code;
}

export function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

export function busyPort(port: number): string {
  return `BOT_METRICS_PORT: expected a free port, got ${port}, which another process uses; choose another port`;
}

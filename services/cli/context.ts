/** What every command gets: the environment, the terminal, the clock, and ways to run programs. */
import type { Clock } from '../core/platform/clock.ts';
import type { Random } from '../core/platform/random.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import type { Terminal } from './terminal.ts';

/** Runs a program to its end. Undefined: there is no such program. */
export type RunProgram = (
  program: string,
  args: readonly string[],
) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string } | undefined>;

/** The folder is deleted when `use` ends. */
export type InTemporaryFolder = <Result>(use: (folder: string) => Promise<Result>) => Promise<Result>;

export interface CliContext {
  /** How a person calls this program, for the commands that it tells them to paste. */
  readonly program: string;
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  /** Who asks, unless `--as` says otherwise. */
  readonly requester: string;
  readonly runProgram: RunProgram;
  readonly inTemporaryFolder: InTemporaryFolder;
  /** From the first call on, Ctrl-C aborts the signal instead of ending the process. */
  readonly interrupted: () => AbortSignal;
}

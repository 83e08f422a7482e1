/**
 * One of the lab's child processes: a program of the project, run as production runs it, from its environment alone.
 *
 * Each is the leader of a session of its own, so that Ctrl-C in the terminal reaches the lab only, which then ends
 * them in order.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../adapters/system-clock.ts';

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  /** Undefined when the program could not be started. */
  readonly pid: number | undefined;
  /** Resolves when it has ended and what it said has been heard. */
  readonly ended: Promise<ChildExit>;
  /** False when it has ended already. */
  kill(signal: NodeJS.Signals): boolean;
}

export interface ChildOptions {
  /** A path below the project's root. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

const lastWordsMs = 250;
const projectRoot = new URL('../../../', import.meta.url);

export function startChild({ program, environment, onLine }: ChildOptions): Child {
  const path = fileURLToPath(new URL(program, projectRoot));
  const child = spawn(process.execPath, [path], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  listen(child.stdout, (line) => onLine(line, 'stdout'));
  listen(child.stderr, (line) => onLine(line, 'stderr'));
  const heard = once(child, 'close').catch(() => undefined);
  const ended = new Promise<ChildExit>((resolve) => {
    // Its last words come with its end; but a pipe that a process of its own holds open is not waited for.
    child.once('exit', async (code, signal) => {
      await Promise.race([heard, systemClock.sleep(lastWordsMs)]);
      resolve({ code, signal });
    });
    child.once('error', (error) => {
      onLine(error.message, 'stderr');
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
  return { pid: child.pid, ended, kill: (signal) => child.kill(signal) };
}

function listen(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on('line', onLine);
}

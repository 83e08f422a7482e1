/**
 * One of the lab's child processes: a program of the project that runs as in production, from its environment alone.
 *
 * Each child leads a session of its own. So Ctrl-C in the terminal reaches only the lab, which then ends the children in
 * order.
 *
 * Tested by: test/lab/lab.test.ts
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
  /** Undefined if the program could not be started. */
  readonly pid: number | undefined;
  /** Resolves when it has ended and its output has been read. */
  readonly ended: Promise<ChildExit>;
  /** Returns false if it has already ended. */
  kill(signal: NodeJS.Signals): boolean;
}

export interface ChildOptions {
  /** A path below the project's root. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

const lastOutputMs = 250;
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
    // Its last output may come after its end. Do not wait for long: a grandchild may hold the pipe open.
    child.once('exit', async (code, signal) => {
      await Promise.race([heard, systemClock.sleep(lastOutputMs)]);
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

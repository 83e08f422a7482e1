/** Spawns any program for a test: its output so far, and its exit code with all its output. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface RunResult {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Launched {
  readonly child: ChildProcess;
  readonly said: { readonly stdout: string; readonly stderr: string };
  readonly finished: Promise<RunResult>;
}

export function launch(
  program: string,
  words: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env'> = {},
): Launched {
  const child = spawn(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      said[stream] += chunk;
    });
  }
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return { child, said, finished };
}

/**
 * A program of the project as a real process: its output, exit code and signals. Of the test's environment it gets only
 * PATH.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../services/adapters/system-clock.ts';

export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything it has written so far, both streams. */
  output(): string;
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit code, or with the signal's name. */
  readonly ended: Promise<number | string>;
  /** Resolves when its output matches; rejects if it ends or `patienceMs` passes without a match. */
  says(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Kills it, even if it is stopped. */
  destroy(): Promise<void>;
}

const root = join(import.meta.dirname, '..', '..');
const patienceMs = 50_000;

/** The words of the command that runs a program with arguments. */
export type Wrap = (program: string, args: readonly string[]) => readonly [string, ...string[]];

/** @param wrap runs it by another program, which must replace itself by it */
export function startProgram(
  main: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  wrap: Wrap = (program, words) => [program, ...words],
): Program {
  const [file, ...words] = wrap(process.execPath, [join(root, main), ...args]);
  const child = spawn(file, words, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { all: '', stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
      text.all += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child,
    pid: child.pid ?? -1,
    output: () => text.all,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    async says(pattern) {
      const said = Promise.withResolvers<void>();
      const look = (): void => {
        if (pattern.test(text.all)) said.resolve();
      };
      listeners.add(look);
      look();
      void ended.then((code) =>
        said.reject(new Error(`ended with ${code} without ${pattern}:\n${text.all}`)),
      );
      void systemClock
        .sleep(patienceMs)
        .then(() => said.reject(new Error(`does not say ${pattern}:\n${text.all}`)));
      await said.promise.finally(() => listeners.delete(look));
    },
    signal: (name) => void child.kill(name),
    async destroy() {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Repeats `look` until it returns a value: for state that announces no change. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const endMs = systemClock.monotonicMs() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (systemClock.monotonicMs() > endMs) throw new Error(`timed out waiting until ${what}`);
    await systemClock.sleep(20);
  }
}

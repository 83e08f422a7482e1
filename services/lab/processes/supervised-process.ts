/**
 * A third-party server (Redis, Prometheus) as a child process with a directory of its own.
 *
 * Guarantees: when this process ends, however it ends (even by SIGKILL), the server and the directory go with it. Ctrl-C in
 * the terminal reaches only this process, which then decides what to do.
 *
 * How: the server is the child of a small shell that also holds the reading end of a pipe from this process. The kernel
 * closes the pipe when this process ends; the shell then ends the server and removes the directory.
 *
 * Tested by: test/lab/prometheus/lab-prometheus.test.ts
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Clock } from '../../core/platform/clock.ts';

export interface SupervisedProcessOptions {
  readonly executable: string;
  readonly args: readonly string[];
  /** Removed when the process ends. */
  readonly directory: string;
  readonly clock: Clock;
  /** Called with each line of its output. */
  readonly onLine?: (line: string) => void;
}

/** The shell's own errors are discarded: on a broken pipe they would end it before it has cleaned up. */
const supervisor = `
directory=$1; shift
exec 4>&2 2>/dev/null
"$@" 2>&4 3<&- 4>&- & server=$!
exec 4>&-
( read -r _ <&3; kill "$server" ) & watcher=$!
wait "$server"
kill "$watcher"
rm -rf "$directory"
`;

const stopWithinMs = 5000;
const linesKept = 5;

export class SupervisedProcess {
  /** Resolves when it has ended, even unasked. */
  readonly ended: Promise<void>;
  hasEnded = false;
  /** The last lines of its output. */
  readonly lastLines: string[] = [];
  private readonly options: SupervisedProcessOptions;
  private readonly child: ChildProcess;

  constructor(options: SupervisedProcessOptions) {
    const { executable, args, directory } = options;
    this.options = options;
    const shell = ['-c', supervisor, 'lab-supervisor', directory, executable, ...args];
    this.child = spawn('/bin/sh', shell, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true });
    // The other end is gone if the server ended by itself.
    this.child.stdio[3]?.on('error', () => undefined);
    this.ended = once(this.child, 'close')
      .catch(() => undefined)
      .then(() => {
        this.hasEnded = true;
      });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.addLine(line));
    }
  }

  /** Closes the pipe, which ends the server; kills it if that takes too long. */
  async stop(): Promise<void> {
    const { clock, directory } = this.options;
    this.child.stdio[3]?.destroy();
    const waiting = new AbortController();
    await Promise.race([this.ended, clock.sleep(stopWithinMs, waiting.signal)]);
    waiting.abort();
    if (!this.hasEnded && this.child.pid !== undefined) {
      process.kill(-this.child.pid, 'SIGKILL');
      await this.ended;
    }
    await rm(directory, { recursive: true, force: true });
  }

  private addLine(line: string): void {
    this.lastLines.push(line);
    if (this.lastLines.length > linesKept) this.lastLines.shift();
    this.options.onLine?.(line);
  }
}

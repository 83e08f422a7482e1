/**
 * A server that is not the project's own (Redis, Prometheus) as a child process with a directory of its own.
 *
 * Guarantees: when this process ends, however it ends (SIGKILL too), the server and the directory go with it; Ctrl-C in
 * the terminal reaches this process alone, which then decides what to do.
 *
 * How: the server is the child of a small shell that also holds the reading end of a pipe from here. The kernel closes
 * that pipe when this process is gone; the shell then ends the server and removes the directory.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Clock } from '../../core/platform/clock.ts';

export interface SupervisedProcessOptions {
  readonly executable: string;
  readonly args: readonly string[];
  /** Removed with the process. */
  readonly directory: string;
  readonly clock: Clock;
  /** Hears of each line that it says. */
  readonly onLine?: (line: string) => void;
}

/** The shell's own complaints go nowhere: on a broken pipe they would end it before it has cleaned up. */
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
  /** Resolves when it has ended, also when nobody asked it to. */
  readonly ended: Promise<void>;
  hasEnded = false;
  /** What it said last. */
  readonly lastLines: string[] = [];
  private readonly options: SupervisedProcessOptions;
  private readonly child: ChildProcess;

  constructor(options: SupervisedProcessOptions) {
    const { executable, args, directory } = options;
    this.options = options;
    const shell = ['-c', supervisor, 'lab-supervisor', directory, executable, ...args];
    this.child = spawn('/bin/sh', shell, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true });
    // The other end is gone when the server ended by itself.
    this.child.stdio[3]?.on('error', () => undefined);
    this.ended = once(this.child, 'close')
      .catch(() => undefined)
      .then(() => {
        this.hasEnded = true;
      });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.hear(line));
    }
  }

  /** Closing the pipe asks it to end; after a while it is ended. */
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
  private hear(line: string): void {
    this.lastLines.push(line);
    if (this.lastLines.length > linesKept) this.lastLines.shift();
    this.options.onLine?.(line);
  }
}

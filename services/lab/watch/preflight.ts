/**
 * Loads the handlers' module apart from the workers, to learn whether it works and which files belong to it.
 *
 * Guarantees: an answer in any case: a module that never ends loading, or ends its process, is an error like others.
 * The next process starts ahead of time, so that a check costs little more than loading the module.
 *
 * Tested by: test/lab/watch/handlers-watch.test.ts
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../core/platform/clock.ts';
import type { Environment } from '../../core/settings/variable-reader.ts';

export interface LoadReport {
  /** One line, as the worker would say it; undefined if the module works. */
  readonly error: string | undefined;
  /** The files of the module's graph outside of packages, as far as they were loaded. */
  readonly files: readonly string[];
}

export interface PreflightOptions {
  readonly clock: Clock;
  readonly environment: Environment;
}

const limitMs = 30_000;
const program = fileURLToPath(new URL('../preflight/main.ts', import.meta.url));

export class Preflight {
  private readonly options: PreflightOptions;
  private next: ChildProcess;

  constructor(options: PreflightOptions) {
    this.options = options;
    this.next = this.start();
  }

  async check(specifier: string): Promise<LoadReport> {
    const child = this.next;
    const report = await this.reportOf(child, specifier);
    child.kill('SIGKILL');
    this.next = this.start();
    return report;
  }

  stop(): void {
    this.next.kill('SIGKILL');
  }

  private start(): ChildProcess {
    return fork(program, {
      env: { ...this.options.environment },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  }

  private async reportOf(child: ChildProcess, specifier: string): Promise<LoadReport> {
    const done = new AbortController();
    const failed = (what: string): LoadReport => ({ error: `BOT_HANDLERS: ${specifier} ${what}`, files: [] });
    const answer = new Promise<LoadReport>((resolve) => {
      child.once('message', (report) => resolve(report as LoadReport));
      child.once('error', ({ message }) => resolve(failed(`could not be checked (${message})`)));
      child.once('exit', (code, signal) =>
        resolve(failed(`ends its process while it loads (${signal ?? `exit code ${code}`})`)),
      );
      child.send(specifier, (error) => {
        if (error !== null) resolve(failed(`could not be checked (${error.message})`));
      });
    });
    const late = this.options.clock.sleep(limitMs, done.signal).then(() => {
      return failed(`is still loading after ${limitMs / 1000} s: it waits for something at its top level`);
    });
    const report = await Promise.race([answer, late]);
    done.abort();
    return report;
  }
}

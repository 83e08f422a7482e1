/**
 * The workers of `npm run dev`: one that polls, and in watch mode its successor for the time of a hand-over.
 *
 * Guarantees: the successor stands by before the old worker is asked for its lock. The old one is asked through the store
 * and stopped only when it leads no more, because a development worker that is stopped while it leads drops pending
 * updates. If the successor does not start, the old one polls on.
 *
 * Tested by: test/lab/dev-watch.test.ts
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { LockOverride } from '../../core/lease/lock-store.ts';
import { readLockHolder } from '../../core/lease/lock-value.ts';
import type { Clock } from '../../core/platform/clock.ts';
import type { Environment } from '../../core/settings/variable-reader.ts';
import { askHealth } from '../ecs/health.ts';
import { freePorts } from '../processes/free-ports.ts';

export interface DevWorkersOptions {
  readonly clock: Clock;
  readonly environment: Environment;
  /** Called with the ids of the living workers on every change. */
  readonly onPids: (pids: readonly number[]) => void;
}

interface DevWorker {
  readonly child: ChildProcess;
  readonly ended: Promise<number>;
  hasEnded: boolean;
}

const lookEveryMs = 50;
const program = fileURLToPath(new URL('../../bot/main.ts', import.meta.url));

export class DevWorkers {
  private readonly options: DevWorkersOptions;
  private readonly living = new Set<DevWorker>();
  private readonly finished = Promise.withResolvers<number>();
  private current: DevWorker | undefined;

  constructor(options: DevWorkersOptions) {
    this.options = options;
  }

  /** Resolves with the exit code of the last worker. */
  get ended(): Promise<number> {
    return this.finished.promise;
  }

  start(environment: Environment = {}): void {
    this.current = this.launch(environment);
  }

  kill(signal: NodeJS.Signals): void {
    for (const { child } of this.living) child.kill(signal);
  }

  /** Hands the polling over to a new worker. Returns why it could not. */
  async replace(lock: LockOverride, stop: AbortSignal): Promise<string | undefined> {
    const [port = 0] = await freePorts(1);
    if (stop.aborted) return undefined;
    const successor = this.launch({ ...standby, BOT_METRICS_PORT: String(port) });
    await this.until(async () => (await roleOf(port)) !== undefined, successor, stop);
    if (!successor.hasEnded && !stop.aborted) {
      const old = this.current;
      await this.until(() => this.leads(port, old, lock), successor, stop);
      if (!successor.hasEnded && !stop.aborted) {
        this.current = successor;
        old?.child.kill('SIGTERM');
      }
    }
    return successor.hasEnded ? 'the worker with the saved version ended; it says why above' : undefined;
  }

  /** Asks the old worker for its lock as long as it holds it. */
  private async leads(port: number, old: DevWorker | undefined, lock: LockOverride): Promise<boolean> {
    if ((await roleOf(port)) === 'leader') return true;
    const held = await lock.read().catch(() => undefined);
    if (held === undefined || readLockHolder(held.value).pid !== old?.child.pid) return false;
    const why = 'a saved version of the handlers takes over';
    await lock.revoke(held.value, { who: 'npm run dev', why }).catch(() => false);
    return false;
  }

  private async until(look: () => Promise<boolean>, { ended }: DevWorker, stop: AbortSignal): Promise<void> {
    const giveUp = new AbortController();
    void ended.then(() => giveUp.abort());
    const end = AbortSignal.any([giveUp.signal, stop]);
    while (!end.aborted && !(await look())) await this.options.clock.sleep(lookEveryMs, end);
  }

  private launch(environment: Environment): DevWorker {
    const child = spawn(process.execPath, [program], {
      env: { ...this.options.environment, ...environment },
      stdio: 'inherit',
      // In a session of its own, so that Ctrl-C reaches it only through this process, once, like every other signal.
      detached: true,
    });
    const ended = (
      once(child, 'close') as Promise<[code: number | null, signal: NodeJS.Signals | null]>
    ).then(([code, signal]) => code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    const worker: DevWorker = { child, ended, hasEnded: false };
    this.living.add(worker);
    this.tellPids();
    void ended.then((code) => this.noteEnd(worker, code));
    return worker;
  }

  private noteEnd(worker: DevWorker, code: number): void {
    worker.hasEnded = true;
    this.living.delete(worker);
    this.tellPids();
    if (worker !== this.current) return;
    [this.current] = this.living;
    if (this.current === undefined) this.finished.resolve(code);
  }

  private tellPids(): void {
    const pids = [...this.living].map(({ child }) => child.pid);
    this.options.onPids(pids.filter((pid) => pid !== undefined));
  }
}

const standby = { POLLING_LOCK_BUSY: 'standby' };

/** Undefined while the worker is not healthy. */
async function roleOf(port: number): Promise<unknown> {
  const health = await askHealth(port);
  return health?.healthy === true ? health.body['role'] : undefined;
}

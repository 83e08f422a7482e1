/**
 * One task: a worker or a consumer and its sidecar, side by side as in one ECS task.
 *
 * The program is the essential container: when it ends, the task ends. A sidecar that ends before is restarted.
 *
 * Tested by: test/lab/lab.test.ts
 */
import type { Clock } from '../../core/platform/clock.ts';
import { type Child, type ChildExit, startChild } from '../processes/child.ts';
import { sidecarEnvironment, type TaskPorts } from '../settings/lab-environment.ts';
import { askHealth, type ProgramHealth } from './health.ts';

export interface TaskIdentity {
  readonly id: string;
  /** Its name for people, such as `worker-1`. */
  readonly name: string;
  readonly arn: string;
  /** Tasks of a newer deployment replace those of an older one. */
  readonly deployment: number;
}

export interface TaskDeps {
  readonly identity: TaskIdentity;
  readonly ports: TaskPorts;
  /** A path below the project's root. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly childEnvironment: Readonly<Record<string, string>>;
  /** Whether the sidecar waits until the program answers: in a deployment the old tasks still serve metrics. */
  readonly programFirst: boolean;
  readonly clock: Clock;
  readonly onLine: (source: string, line: string, stream: 'stdout' | 'stderr') => void;
  /** Called when a process has started or ended. */
  readonly onChildren: () => void;
}

export type TaskState = 'running' | 'stopping' | 'stopped';

const sidecarRestartMs = 1000;
const errorLinesKept = 10;

export class Task {
  readonly identity: TaskIdentity;
  readonly ports: TaskPorts;
  readonly startedAtMs: number;
  /** Resolves when the program has ended. */
  readonly ended: Promise<ChildExit>;
  state: TaskState = 'running';
  /** Stopped by SIGSTOP from the control room. */
  frozen = false;
  /** The program's last report; undefined if it is silent or was not asked yet. */
  health: ProgramHealth | undefined;
  /** Whether the program has ever answered. */
  seen = false;
  exit: ChildExit | undefined;
  /** The program's last lines on stderr: why it did not start. */
  readonly errorLines: string[] = [];
  private readonly parts: TaskDeps;
  private readonly main: Child;
  private sidecar: Child | undefined;
  private sidecarEnded: Promise<unknown> = Promise.resolve();

  constructor(parts: TaskDeps) {
    const { identity, ports, program, environment, childEnvironment, clock, onLine } = parts;
    this.parts = parts;
    this.identity = identity;
    this.ports = ports;
    this.startedAtMs = clock.wallMs();
    this.main = startChild({
      program,
      environment: { ...childEnvironment, ...environment },
      onLine: (line, stream) => {
        if (stream === 'stderr') this.keepError(line);
        onLine(identity.name, line, stream);
      },
    });
    this.ended = this.main.ended.then((exit) => this.noteEnd(exit));
    if (!parts.programFirst) this.runSidecar();
  }

  get pid(): number | undefined {
    return this.main.pid;
  }

  get sidecarPid(): number | undefined {
    return this.sidecar?.pid;
  }

  /** The living processes. */
  get pids(): readonly number[] {
    const main = this.exit === undefined ? this.main.pid : undefined;
    return [main, this.sidecar?.pid].filter((pid) => pid !== undefined);
  }

  async askHealth(): Promise<void> {
    const health = await askHealth(this.ports.bot);
    this.health = this.state === 'stopped' ? undefined : health;
    if (health === undefined || this.seen) return;
    this.seen = true;
    if (this.sidecar === undefined && this.state === 'running') this.runSidecar();
  }

  signal(signal: NodeJS.Signals): boolean {
    if (signal === 'SIGSTOP') this.frozen = true;
    if (signal === 'SIGCONT') this.frozen = false;
    return this.main.kill(signal);
  }

  /** Stops the task as ECS does: SIGTERM, then SIGKILL after `timeoutMs`. Resolves when both processes have ended. */
  async stop(timeoutMs: number): Promise<void> {
    if (this.state === 'running') this.state = 'stopping';
    for (const child of [this.main, this.sidecar]) {
      child?.kill('SIGTERM');
      // A frozen process receives SIGTERM only once it runs again.
      child?.kill('SIGCONT');
    }
    this.frozen = false;
    const inTime = new AbortController();
    void this.parts.clock.sleep(timeoutMs, inTime.signal).then(() => {
      if (inTime.signal.aborted) return;
      this.main.kill('SIGKILL');
      this.sidecar?.kill('SIGKILL');
    });
    await this.ended;
    await this.sidecarEnded;
    inTime.abort();
  }

  private noteEnd(exit: ChildExit): ChildExit {
    this.exit = exit;
    this.state = 'stopped';
    this.health = undefined;
    this.sidecar?.kill('SIGTERM');
    this.parts.onChildren();
    return exit;
  }

  private runSidecar(): void {
    const { childEnvironment, clock, identity, onLine, onChildren } = this.parts;
    const sidecar = startChild({
      program: 'services/metrics-sidecar/main.ts',
      environment: { ...childEnvironment, ...sidecarEnvironment(this.ports) },
      onLine: (line, stream) => onLine(`${identity.name} metrics`, line, stream),
    });
    this.sidecar = sidecar;
    this.sidecarEnded = sidecar.ended.then(async () => {
      this.sidecar = undefined;
      onChildren();
      if (this.state !== 'running') return;
      await clock.sleep(sidecarRestartMs);
      if (this.state === 'running') this.runSidecar();
    });
    onChildren();
  }

  private keepError(line: string): void {
    this.errorLines.push(line);
    if (this.errorLines.length > errorLinesKept) this.errorLines.shift();
  }
}

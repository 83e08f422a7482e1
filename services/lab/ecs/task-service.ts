/**
 * Keeps the desired number of tasks running, as an ECS service does.
 *
 * Guarantees: the end of a task is reported as by EventBridge, and the task is replaced after a second. A task that keeps
 * failing, or that ends on purpose because of its settings or its token, is replaced ever more slowly. A deployment starts
 * new tasks first and stops the old ones once the new are healthy. `stop` leaves no process.
 *
 * Tested by: test/lab/lab.test.ts
 */

import type { Clock } from '../../core/platform/clock.ts';
import { exitCodes } from '../../core/platform/exit-codes.ts';
import type { Random } from '../../core/platform/random.ts';
import type { EmulatedServiceState, EmulatedStoppedTask } from '../aws-emulator/ecs-calls.ts';
import type { ChildExit } from '../processes/child.ts';
import { freePorts } from '../processes/free-ports.ts';
import { cluster, type TaskPorts } from '../settings/lab-environment.ts';
import type { LabService } from '../settings/lab-services.ts';
import type { LabLog } from '../shared/lab-log.ts';
import { Listeners } from '../shared/listeners.ts';
import { deploymentId, exitCodeOf, type StoppedTaskFacts, stoppedTaskEvent } from './stopped-event.ts';
import { Task } from './task.ts';
import { taskArn } from './task-metadata.ts';

export interface TaskServiceOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: LabLog;
  readonly service: LabService;
  readonly desired: number;
  readonly childEnvironment: Readonly<Record<string, string>>;
  readonly environment: (task: TaskPorts & { readonly id: string }) => Readonly<Record<string, string>>;
  /** Called with the id of every task that has ended. */
  readonly onEnded: (taskId: string) => void;
  /** Called with each event of a task whose program has ended: as the stack's rule, for the worker's service alone. */
  readonly onStopped?: (event: unknown) => void;
  /** Called when the living processes have changed. */
  readonly onPids: () => void;
}

/** A task that has ended, for display. */
export interface StoppedTask extends EmulatedStoppedTask {
  readonly name: string;
  readonly pid: number | undefined;
  readonly exit: ChildExit;
  readonly errorLines: readonly string[];
}

const healthEveryMs = 500;
/** A deployment goes on as soon as its tasks are healthy. */
const healthEveryDeployingMs = 100;
const replaceAfterMs = 1000;
const replaceAfterMaxMs = 30_000;
/** A task that ended sooner than this failed to start. */
const earlyEndMs = 10_000;
const stopTimeoutMs = 9000;
const stoppedTasksKept = 20;
/** On Fargate 10 to 30 seconds. */
const deprovisioningMs = 3000;
/** The program ended on purpose: another start does not help until a setting is fixed. */
const deliberateCodes: readonly number[] = [exitCodes.configuration, exitCodes.tokenRejected];

export class TaskService {
  private readonly options: TaskServiceOptions;
  private readonly live = new Set<Task>();
  private readonly stopped: StoppedTask[] = [];
  /** The ARNs of stopped tasks whose end is not complete. */
  private readonly deprovisioning = new Set<string>();
  private readonly stopping = new AbortController();
  private readonly changes = new Listeners();
  private deployment = 1;
  private extra = 0;
  private taskCount = 0;
  private launching = 0;
  private earlyEnds = 0;
  /** Of the last task of this deployment that ended. */
  private lastEnd: ChildExit | undefined;
  /** Cuts short the wait before a launch: another deployment waits for nothing. */
  private redeploying = new AbortController();
  private watching: Promise<void> | undefined;

  constructor(options: TaskServiceOptions) {
    this.options = options;
  }

  get tasks(): readonly Task[] {
    return [...this.live];
  }

  /** The desired number of tasks. */
  get desired(): number {
    return this.options.desired + this.extra;
  }

  /** What each of its tasks is, for people. */
  get taskName(): string {
    return this.options.service.taskName;
  }

  /** The living processes. */
  get pids(): readonly number[] {
    return this.tasks.flatMap(({ pids }) => pids);
  }

  /** Newest first. */
  get stoppedTasks(): readonly StoppedTask[] {
    return this.stopped;
  }

  /** Returns a function that removes the listener. */
  onChange(listener: () => void): () => void {
    return this.changes.add(listener);
  }

  start(): void {
    this.reconcile();
    this.watching = this.watch();
  }

  describe(): EmulatedServiceState {
    return {
      cluster,
      service: this.options.service.name,
      desired: this.desired,
      running: this.tasks.filter(({ state }) => state === 'running').length,
      deploying: this.isDeploying(),
      stoppedTasks: this.stopped.map((task) => ({
        ...task,
        lastStatus: this.deprovisioning.has(task.arn) ? 'DEPROVISIONING' : 'STOPPED',
      })),
      liveTasks: this.tasks.map(({ identity, state }) => ({
        arn: identity.arn,
        isStopping: state === 'stopping',
      })),
    };
  }

  /** Sets how many tasks run beyond the usual number. Surplus tasks are stopped, the newest first. */
  setExtra(count: number): void {
    this.extra = count;
    this.reconcile();
  }

  restart(): string {
    this.deployment += 1;
    this.earlyEnds = 0;
    this.lastEnd = undefined;
    this.redeploying.abort();
    this.redeploying = new AbortController();
    this.reconcile();
    return deploymentId(this.deployment);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.watching;
    while (this.live.size > 0 || this.launching > 0) {
      await Promise.all(this.tasks.map((task) => task.stop(stopTimeoutMs)));
      // Let a launch in progress notice the stop.
      await this.options.clock.sleep(0);
    }
  }

  private isDeploying(): boolean {
    return this.tasks.some(({ identity }) => identity.deployment !== this.deployment);
  }

  private async watch(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await Promise.all(this.tasks.map((task) => task.askHealth()));
      this.changes.notify();
      this.reconcile();
      const everyMs = this.isDeploying() ? healthEveryDeployingMs : healthEveryMs;
      await this.options.clock.sleep(everyMs, this.stopping.signal);
    }
  }

  private reconcile(): void {
    if (this.stopping.signal.aborted) return;
    const { desired } = this;
    const running = this.tasks.filter(({ state }) => state === 'running');
    const current = running.filter(({ identity }) => identity.deployment === this.deployment);
    for (let missing = desired - current.length - this.launching; missing > 0; missing -= 1) {
      this.launch().catch((error: unknown) => {
        this.options.log.say('ecs', 'error', `a task could not be started: ${String(error)}`);
      });
    }
    const healthy = current.filter(({ health }) => health?.healthy === true);
    if (healthy.length < desired) return;
    for (const old of running.filter((task) => !current.includes(task))) void old.stop(stopTimeoutMs);
    for (const surplus of current.slice(desired)) void surplus.stop(stopTimeoutMs);
  }

  private async launch(): Promise<void> {
    const { clock, random, service } = this.options;
    this.launching += 1;
    let ports: number[];
    try {
      const waiting = AbortSignal.any([this.stopping.signal, this.redeploying.signal]);
      await clock.sleep(this.launchDelayMs(), waiting);
      ports = await freePorts(2);
    } finally {
      this.launching -= 1;
    }
    const [bot = 0, sidecar = 0] = ports;
    if (this.stopping.signal.aborted) return;
    const id = random.token();
    this.taskCount += 1;
    const name = `${service.taskName}-${this.taskCount}`;
    const identity = { id, name, arn: taskArn(id), deployment: this.deployment };
    const task = new Task({
      identity,
      ports: { bot, sidecar },
      program: service.program,
      programFirst: this.isDeploying(),
      clock,
      environment: this.options.environment({ id, bot, sidecar }),
      childEnvironment: this.options.childEnvironment,
      onLine: (source, line, stream) =>
        this.options.log.sayLine(source, line, stream === 'stderr' ? 'error' : 'info'),
      onChildren: () => this.options.onPids(),
    });
    this.live.add(task);
    this.options.onPids();
    this.options.log.say('ecs', 'info', `${identity.name} started`, JSON.stringify({ pid: task.pid }));
    this.changes.notify();
    void task.ended.then((exit) => this.noteEnd(task, exit));
  }

  /** Zero for the first tasks of a deployment; then longer with each one that failed to start. */
  private launchDelayMs(): number {
    if (this.lastEnd === undefined) return 0;
    const { code } = this.lastEnd;
    if (code !== null && deliberateCodes.includes(code)) return replaceAfterMaxMs;
    return Math.min(replaceAfterMs * 2 ** this.earlyEnds, replaceAfterMaxMs);
  }

  private noteEnd(task: Task, exit: ChildExit): void {
    const { clock, log, service } = this.options;
    const { identity, startedAtMs, pid, errorLines } = task;
    const stoppedAtMs = clock.wallMs();
    this.live.delete(task);
    if (identity.deployment === this.deployment) this.lastEnd = exit;
    this.options.onEnded(identity.id);
    this.earlyEnds = stoppedAtMs - startedAtMs < earlyEndMs && exit.code !== 0 ? this.earlyEnds + 1 : 0;
    const stoppedReason = 'Essential container in task exited';
    this.stopped.unshift({
      arn: identity.arn,
      name: identity.name,
      stoppedReason,
      stoppedAtSeconds: stoppedAtMs / 1000,
      containers: [{ name: service.container, exitCode: exitCodeOf(exit) }],
      pid,
      exit,
      errorLines,
    });
    this.stopped.splice(stoppedTasksKept);
    const how = exit.signal === null ? `exit code ${exit.code}` : exit.signal;
    log.say('ecs', exit.code === 0 ? 'info' : 'warn', `${identity.name} stopped: ${how}`);
    this.changes.notify();
    const { arn, deployment } = identity;
    const facts = { service, arn, exit, deployment, startedAtMs, stoppedAtMs, stoppedReason };
    void this.tellStopped(facts);
    this.reconcile();
  }

  /** As on Fargate: first when the program has stopped, again when the task's network interface is gone. */
  private async tellStopped(facts: Omit<StoppedTaskFacts, 'lastStatus' | 'eventId'>): Promise<void> {
    const { clock, onStopped, random } = this.options;
    this.deprovisioning.add(facts.arn);
    for (const lastStatus of ['DEPROVISIONING', 'STOPPED'] as const) {
      if (this.stopping.signal.aborted) return;
      onStopped?.(stoppedTaskEvent({ ...facts, lastStatus, eventId: random.token() }));
      if (lastStatus === 'STOPPED') return;
      await clock.sleep(deprovisioningMs, this.stopping.signal);
      this.deprovisioning.delete(facts.arn);
    }
  }
}

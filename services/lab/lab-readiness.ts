/**
 * Waits until the lab is ready: one worker polls, all others stand by, and in queue mode all consumers are healthy.
 *
 * If a task ends before that, the start fails with its output and its exit code.
 *
 * Tested by: test/lab/lab.test.ts
 */
import { type ExitCode, exitCodes } from '../core/platform/exit-codes.ts';
import type { Task } from './ecs/task.ts';
import type { StoppedTask, TaskService } from './ecs/task-service.ts';
import { withoutLabHandlers } from './handlers/handlers-address.ts';
import type { LabContext } from './lab-context.ts';
import { servicesOf } from './queue-mode/queue-mode.ts';

export class LabStartError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode) {
    super(message);
    this.name = 'LabStartError';
    this.exitCode = exitCode;
  }
}

const readyWithinMs = 90_000;

/** @throws LabStartError */
export async function untilReady(
  lab: Pick<LabContext, 'tasks' | 'queue' | 'clock'>,
  stop: AbortSignal,
): Promise<void> {
  const { tasks, queue, clock } = lab;
  const services = servicesOf(lab);
  const settled = new AbortController();
  const changes = new Promise<void>((resolve, reject) => {
    const check = (): void => {
      const [ended] = services.flatMap(({ stoppedTasks }) => stoppedTasks);
      if (ended !== undefined) reject(startFailure(ended));
      else if (isReady(tasks.tasks, tasks.desired) && isServing(queue?.consumers)) resolve();
    };
    for (const service of services) {
      settled.signal.addEventListener('abort', service.onChange(check), { once: true });
    }
  });
  const patience = AbortSignal.any([stop, settled.signal]);
  const tooLong = clock.sleep(readyWithinMs, patience).then(() => {
    if (patience.aborted) return;
    const seconds = readyWithinMs / 1000;
    throw new LabStartError(
      `the lab did not come up within ${seconds} s: ${services.flatMap((one) => one.tasks.map(shortState)).join(', ')}`,
      exitCodes.bug,
    );
  });
  try {
    await Promise.race([changes, tooLong]);
  } finally {
    settled.abort();
  }
}

/** One worker has polled, and all others stand by. */
export function isReady(tasks: readonly Task[], desired: number): boolean {
  const leaders = tasks.filter(
    ({ health }) => health?.healthy && typeof health.body['lastPollAgeSeconds'] === 'number',
  );
  const standbys = tasks.filter(({ health }) => health?.healthy && health.body['role'] === 'standby');
  return leaders.length === 1 && leaders.length + standbys.length === desired;
}

/** All consumers are healthy, frozen ones aside; true where there are none. */
export function isServing(consumers: Pick<TaskService, 'tasks' | 'desired'> | undefined): boolean {
  if (consumers === undefined) return true;
  const { tasks, desired } = consumers;
  return tasks.length === desired && tasks.every(({ frozen, health }) => frozen || health?.healthy === true);
}

function startFailure({ name, exit, errorLines }: StoppedTask): LabStartError {
  const code = Object.values(exitCodes).find((known) => known === exit.code && known !== 0) ?? exitCodes.bug;
  if (code === exitCodes.configuration && errorLines.length > 0) {
    return new LabStartError(errorLines.map(withoutLabHandlers).join('\n'), code);
  }
  const how = exit.signal === null ? `exit code ${exit.code}` : exit.signal;
  const said = errorLines.length > 0 ? `: ${errorLines.join(' | ')}` : '';
  return new LabStartError(`${name} ended while the lab was starting (${how})${said}`, code);
}

function shortState({ identity, health }: Task): string {
  return `${identity.name} ${health === undefined ? 'is silent' : `reports ${JSON.stringify(health.body)}`}`;
}

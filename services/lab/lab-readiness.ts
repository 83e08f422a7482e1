/**
 * Waits until the lab is ready: one worker polls and all others stand by.
 *
 * If a worker ends before that, the start fails with its output and its exit code.
 *
 * Tested by: test/lab/lab.test.ts
 */
import { type ExitCode, exitCodes } from '../core/platform/exit-codes.ts';
import type { Task } from './ecs/task.ts';
import type { StoppedTask } from './ecs/task-service.ts';
import { withoutLabHandlers } from './handlers/handlers-address.ts';
import type { LabContext } from './lab-context.ts';

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
  { tasks, clock }: Pick<LabContext, 'tasks' | 'clock'>,
  stop: AbortSignal,
): Promise<void> {
  const settled = new AbortController();
  const changes = new Promise<void>((resolve, reject) => {
    const check = (): void => {
      const [ended] = tasks.stoppedTasks;
      if (ended !== undefined) reject(startFailure(ended));
      else if (isReady(tasks.tasks, tasks.desired)) resolve();
    };
    const stopListening = tasks.onChange(check);
    settled.signal.addEventListener('abort', stopListening, { once: true });
  });
  const patience = AbortSignal.any([stop, settled.signal]);
  const tooLong = clock.sleep(readyWithinMs, patience).then(() => {
    if (patience.aborted) return;
    const seconds = readyWithinMs / 1000;
    throw new LabStartError(
      `the lab did not come up within ${seconds} s: ${tasks.tasks.map(shortState).join(', ')}`,
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

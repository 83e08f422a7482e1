/**
 * Watch mode of the lab: a saved version of the module in `BOT_HANDLERS` is deployed to the lab's workers, old and new side
 * by side until the new ones are healthy, as ECS does.
 *
 * Tested by: test/lab/watch/lab-watch.test.ts
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { StoppedTask, TaskService } from '../ecs/task-service.ts';
import { withoutLabHandlers } from '../handlers/handlers-address.ts';
import { isReady } from '../lab-readiness.ts';
import type { LabLog } from '../shared/lab-log.ts';
import { describeView, HandlersWatch, type WatchView } from './handlers-watch.ts';
import { Preflight } from './preflight.ts';

export interface LabWatchDeps {
  readonly clock: Clock;
  readonly log: LabLog;
  readonly tasks: TaskService;
  /** Of the workers, as far as a module may look at it. */
  readonly environment: Readonly<Record<string, string>>;
}

export function labWatch(specifier: string, entry: string, deps: LabWatchDeps): HandlersWatch {
  const { clock, log, tasks, environment } = deps;
  const watch = new HandlersWatch({
    clock,
    specifier,
    entry,
    preflight: new Preflight({ clock, environment }),
    deploy: (stop) => rollOut(tasks, stop),
  });
  watch.onChange((view) => logChange(log, view));
  return watch;
}

function logChange(log: LabLog, view: WatchView): void {
  const line = describeView(view);
  if (line !== undefined) log.say('handlers', view.state === 'failed' ? 'error' : 'info', line);
}

/** Returns when all workers are of the new deployment, or why its first one ended. */
async function rollOut(tasks: TaskService, stop: AbortSignal): Promise<string | undefined> {
  const before = new Set([
    ...tasks.tasks.map(({ identity }) => identity.arn),
    ...tasks.stoppedTasks.map(({ arn }) => arn),
  ]);
  const isNew = (arn: string): boolean => !before.has(arn);
  const end = Promise.withResolvers<string | undefined>();
  const look = (): void => {
    // A worker that somebody kills is replaced.
    const failed = tasks.stoppedTasks.find(
      ({ arn, exit }) => isNew(arn) && exit.signal === null && exit.code !== 0,
    );
    if (failed !== undefined) end.resolve(problemOf(failed));
    const isComplete = tasks.tasks.every(({ identity }) => isNew(identity.arn));
    if (isComplete && isReady(tasks.tasks, tasks.desired)) end.resolve(undefined);
  };
  const stopListening = tasks.onChange(look);
  stop.addEventListener('abort', () => end.resolve(undefined), { once: true });
  tasks.restart();
  try {
    return await end.promise;
  } finally {
    stopListening();
  }
}

function problemOf({ name, exit, errorLines }: StoppedTask): string {
  if (errorLines.length > 0) return errorLines.map(withoutLabHandlers).join(' | ');
  return `${name} ended at its start (${exit.signal ?? `exit code ${exit.code}`})`;
}

/**
 * Watch mode of the lab: a saved version of the module in `BOT_HANDLERS` is deployed to the lab's workers and consumers, old and
 * new side by side until the new ones are healthy, as ECS does.
 *
 * Tested by: test/lab/watch/lab-watch.test.ts
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { StoppedTask } from '../ecs/task-service.ts';
import { withoutLabHandlers } from '../handlers/handlers-address.ts';
import { isReady, isServing } from '../lab-readiness.ts';
import { type LabServices, servicesOf } from '../queue-mode/queue-mode.ts';
import type { LabLog } from '../shared/lab-log.ts';
import { describeView, HandlersWatch, type WatchView } from './handlers-watch.ts';
import { Preflight } from './preflight.ts';

export interface LabWatchDeps extends LabServices {
  readonly clock: Clock;
  readonly log: LabLog;
  /** Of the workers, as far as a module may look at it. */
  readonly environment: Readonly<Record<string, string>>;
}

export function labWatch(specifier: string, entry: string, deps: LabWatchDeps): HandlersWatch {
  const { clock, log, environment } = deps;
  const watch = new HandlersWatch({
    clock,
    specifier,
    entry,
    preflight: new Preflight({ clock, environment }),
    deploy: (stop) => rollOut(deps, stop),
  });
  watch.onChange((view) => logChange(log, view));
  return watch;
}

function logChange(log: LabLog, view: WatchView): void {
  const line = describeView(view);
  if (line !== undefined) log.say('handlers', view.state === 'failed' ? 'error' : 'info', line);
}

/** Returns when all tasks are of the new deployment, or why its first one ended. */
async function rollOut(lab: LabServices, stop: AbortSignal): Promise<string | undefined> {
  const { tasks, queue } = lab;
  const services = servicesOf(lab);
  const before = new Set([
    ...services.flatMap((service) => service.tasks.map(({ identity }) => identity.arn)),
    ...services.flatMap((service) => service.stoppedTasks.map(({ arn }) => arn)),
  ]);
  const isNew = (arn: string): boolean => !before.has(arn);
  const end = Promise.withResolvers<string | undefined>();
  const look = (): void => {
    // A task that somebody kills is replaced.
    const failed = services
      .flatMap(({ stoppedTasks }) => stoppedTasks)
      .find(({ arn, exit }) => isNew(arn) && exit.signal === null && exit.code !== 0);
    if (failed !== undefined) end.resolve(problemOf(failed));
    const isComplete = services.every((service) =>
      service.tasks.every(({ identity }) => isNew(identity.arn)),
    );
    if (isComplete && isReady(tasks.tasks, tasks.desired) && isServing(queue?.consumers))
      end.resolve(undefined);
  };
  const listeners = services.map((service) => service.onChange(look));
  stop.addEventListener('abort', () => end.resolve(undefined), { once: true });
  for (const service of services) service.restart();
  try {
    return await end.promise;
  } finally {
    for (const stopListening of listeners) stopListening();
  }
}

function problemOf({ name, exit, errorLines }: StoppedTask): string {
  if (errorLines.length > 0) return errorLines.map(withoutLabHandlers).join(' | ');
  return `${name} ended at its start (${exit.signal ?? `exit code ${exit.code}`})`;
}

/**
 * The context of queue mode: how many tasks run the handlers, and of which size.
 *
 * Tested by: test/infra/configuration.test.ts
 */
import type { VariableReader } from '../services/core/settings/contract.ts';
import { readTaskSize, type TaskSize } from './task-size.ts';

/** The tasks that run handlers. Undefined in the configuration: handlers run in the worker. */
export interface HandlersConfiguration {
  /** As many always run. */
  readonly tasks: number;
  /** As many run at most, under load. */
  readonly tasksMax: number;
  readonly taskSize: TaskSize;
  readonly spot: boolean;
}

const names = ['handlerTasks', 'handlerTasksMax', 'handlerCpu', 'handlerMemory', 'handlerSpot'] as const;

export function readHandlers(reader: VariableReader): HandlersConfiguration | undefined {
  const mode = reader.choice('handlers', ['inline', 'queue'], 'inline');
  const tasks = reader.integer('handlerTasks', { default: 1, min: 1, max: 100 });
  const tasksMax = reader.integer('handlerTasksMax', { default: tasks, min: 1, max: 100 });
  const taskSize = readTaskSize(reader, { cpu: 'handlerCpu', memory: 'handlerMemory' });
  const spot = reader.flag('handlerSpot');
  if (tasksMax < tasks) {
    reader.report('handlerTasksMax', {
      expected: `at least handlerTasks, which is ${tasks}`,
      got: String(tasksMax),
      fix: 'raise it, or leave it out',
    });
  }
  if (mode === 'queue') return { tasks, tasksMax, taskSize, spot };
  for (const name of names.filter((one) => reader.isSet(one))) {
    const fix = 'set handlers=queue too, or leave it out';
    reader.report(name, { expected: 'nothing while handlers is inline', got: 'a value', fix });
  }
  return undefined;
}

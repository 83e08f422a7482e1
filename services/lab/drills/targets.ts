/**
 * Which worker or consumer a drill is about.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { readLockHolder } from '../../core/lease/lock-value.ts';
import type { Task } from '../ecs/task.ts';
import type { LabContext } from '../lab-context.ts';
import type { Refusal } from '../shared/refusal.ts';
import { same, text } from '../shared/text.ts';
import { factsOf } from './drill-facts.ts';
import type { DrillId } from './drill-types.ts';

type Target = { readonly task: Task | undefined } | Refusal;

const noSuchWorker: Refusal = {
  status: 404,
  error: text('no worker has this name', 'воркера с таким именем нет'),
};
const noLeader: Refusal = {
  status: 409,
  error: text(
    'no worker leads now: name one, or wait',
    'сейчас нет ведущего воркера: выберите воркер или подождите',
  ),
};
const noneFrozen: Refusal = {
  status: 409,
  error: text('no worker is frozen', 'ни один воркер не заморожен'),
};

const noSuchConsumer: Refusal = {
  status: 404,
  error: text('no consumer has this name', 'консьюмера с таким именем нет'),
};
const noConsumer: Refusal = {
  status: 409,
  error: text('no consumer is at work now: wait', 'сейчас ни один консьюмер не работает: подождите'),
};

/** The named worker; without a name, the leader, or for `resume` the first frozen worker. Of consumers, the first. */
export async function findTarget(lab: LabContext, id: DrillId, name: unknown): Promise<Target> {
  const { tasks } = lab.tasks;
  const target = factsOf(id)?.target;
  if (target === 'consumer') return consumerTarget(lab.queue?.consumers.tasks ?? [], name);
  if (target !== 'worker') {
    if (name === undefined || name === null) return { task: undefined };
    return { status: 400, error: same(`worker: expected none, because “${id}” is not about one worker`) };
  }
  if (id === 'resume') return frozenTarget(tasks, name);
  const running = tasks.filter(({ state }) => state === 'running');
  if (name !== undefined && name !== null) {
    const named = running.find(({ identity }) => identity.name === name);
    return named === undefined ? noSuchWorker : notFrozen(named);
  }
  const leader = await leaderTask(lab);
  if (leader === undefined) return noLeader;
  return notFrozen(leader);
}

export async function leaderTask({ outages, tasks }: LabContext): Promise<Task | undefined> {
  const { held } = await outages.observe({ noteRun: false });
  const holder = held === undefined ? undefined : readLockHolder(held.value).task;
  return tasks.tasks.find(({ identity, state }) => identity.arn === holder && state === 'running');
}

/** The lock's value if this worker holds it. */
export async function lockOf({ outages }: LabContext, { identity }: Task): Promise<string | undefined> {
  const { held } = await outages.observe({ noteRun: false });
  return held !== undefined && readLockHolder(held.value).task === identity.arn ? held.value : undefined;
}

function consumerTarget(tasks: readonly Task[], name: unknown): Target {
  if (name !== undefined && name !== null) {
    const named = tasks.find(({ identity, state }) => identity.name === name && state === 'running');
    return named === undefined ? noSuchConsumer : notFrozen(named);
  }
  const task = tasks.find(({ frozen, health }) => !frozen && health?.healthy === true);
  return task === undefined ? noConsumer : { task };
}

function notFrozen(task: Task): Target {
  const { name } = task.identity;
  const error = text(`${name} is frozen: resume it first`, `${name} заморожен: сначала разбудите его`);
  return task.frozen ? { status: 409, error } : { task };
}

function frozenTarget(tasks: readonly Task[], name: unknown): Target {
  const frozen = tasks.filter((task) => task.frozen);
  const [first] =
    name === undefined || name === null ? frozen : frozen.filter((one) => one.identity.name === name);
  return first === undefined ? noneFrozen : { task: first };
}

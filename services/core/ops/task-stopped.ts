/**
 * Breaks the lock of a task whose bot has stopped: nobody will renew that lock, so a standby takes over at once instead
 * of after the lock's TTL.
 *
 * An event only says where to look. Guarantees: the lock is broken only if ECS itself says that the bot of a task of
 * this service has stopped, and that task holds the lock. A forged event, one of another cluster or service, and one of
 * a task that ECS does not know change nothing.
 *
 * A lock value that names its task belongs to exactly that task. One that names none is matched by host, which on
 * Fargate is the task's private DNS name.
 */
import { heartbeatAgeSeconds } from '../lease/heartbeat.ts';
import { readLockHolder } from '../lease/lock-value.ts';
import { automaticActors } from '../platform/actors.ts';
import { cutText, oneLine } from '../platform/foreign-text.ts';
import { botContainerName, type WorkerTask } from '../platform/worker-service.ts';
import { environmentError, environmentTraces } from './environment-guard.ts';
import { type OpsCall, OpsRefusal } from './ops-ports.ts';
import { storedValueMax, type TaskStoppedResult } from './results.ts';

/** What an event says of a task. */
export interface TaskEvent {
  readonly taskArn: string;
  readonly clusterArn: string;
  readonly group: string;
  readonly botHasStopped: boolean;
}

/** ECS may answer for a moment with what was true before the event. */
const askTimesMax = 3;
const askEveryMs = 500;
const reasonLengthMax = 300;

/** Undefined for anything but an event that ECS sends when a task changes its state. */
export function readTaskEvent(event: unknown): TaskEvent | undefined {
  if (!isRecord(event) || event['source'] !== 'aws.ecs' || event['detail-type'] !== 'ECS Task State Change') {
    return undefined;
  }
  const detail = event['detail'];
  if (!isRecord(detail) || typeof detail['taskArn'] !== 'string') return undefined;
  const containers = Array.isArray(detail['containers']) ? detail['containers'].filter(isRecord) : [];
  const bot = containers.find(({ name }) => name === botContainerName);
  return {
    taskArn: detail['taskArn'],
    clusterArn: String(detail['clusterArn']),
    group: String(detail['group']),
    botHasStopped: [bot, detail].some((part) => part?.['lastStatus'] === 'STOPPED'),
  };
}

export async function breakLockOfTask(call: OpsCall, event: TaskEvent): Promise<TaskStoppedResult> {
  const { lock, outages, environment } = call.ports;
  const task = await stoppedTask(call, event);
  const observation = await outages.observe({ noteRun: false });
  const { heartbeat, nowMs, held } = observation;
  const result = { task: event.taskArn, heartbeatAgeSeconds: heartbeatAgeSeconds(heartbeat, nowMs) };
  const notItsLock = { ...result, lockRemoved: false, previousValue: null, mode: 'absent' } as const;
  if (held === undefined || !holds(event.taskArn, task, held.value)) return notItsLock;
  const mismatch = environmentError(
    { action: 'release-lock', dropUpdates: false },
    environmentTraces(environment, observation),
  );
  if (mismatch !== undefined) throw new OpsRefusal(mismatch);
  const why = `its task stopped: ${oneLine(task.stoppedReason ?? 'no reason given', reasonLengthMax)}`;
  const broken = await lock.break(held.value, { who: automaticActors.ecs, why }, 'task-stopped');
  return broken
    ? { ...result, lockRemoved: true, previousValue: cutText(held.value, storedValueMax), mode: 'broken' }
    : notItsLock;
}

/** The task as ECS describes it. @throws OpsRefusal unless its bot has stopped */
async function stoppedTask({ ports: { tasks, clock } }: OpsCall, event: TaskEvent): Promise<WorkerTask> {
  const what = `the event of ${oneLine(event.taskArn, reasonLengthMax)}`;
  if (!event.botHasStopped) throw refusal('BOT_NOT_STOPPED', `${what} does not say that its bot has stopped`);
  if (tasks === undefined) {
    const message = `${what} cannot be verified: set ECS_CLUSTER and ECS_SERVICE`;
    throw refusal('ECS_NOT_CONFIGURED', message);
  }
  if (!tasks.isOwn(event)) throw refusal('OTHER_SERVICE', `${what} is of another cluster or service`);
  for (let times = 1; ; times += 1) {
    const task = await tasks.find(event.taskArn);
    if (task === undefined) {
      throw refusal('TASK_UNKNOWN', `${what} is not true: ECS knows no such task of the service`);
    }
    if (task.botHasStopped) return task;
    if (times === askTimesMax) {
      throw refusal(
        'BOT_NOT_STOPPED',
        `${what} is not true: ECS says that the bot of this task has not stopped`,
      );
    }
    await clock.sleep(askEveryMs);
  }
}

function refusal(code: string, problem: string): OpsRefusal {
  return new OpsRefusal({ code, message: `${problem}; nothing was changed` });
}

function holds(taskArn: string, { privateNames }: WorkerTask, lockValue: string): boolean {
  const { task: holdingTask, host } = readLockHolder(lockValue);
  if (holdingTask !== undefined) return holdingTask === taskArn;
  return host !== undefined && privateNames.some((name) => name === host || name.split('.')[0] === host);
}

type UnknownRecord = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

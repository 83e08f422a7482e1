/**
 * Breaks the lock of a task that has stopped, as ECS reports it: nobody will renew that lock, so a standby takes over
 * in about a second instead of after the lock's TTL.
 *
 * A lock value that names its task belongs to exactly that task. One that names none is matched by host, which on
 * Fargate is the task's private DNS name. Any other stopped task leaves the lock alone.
 */
import { heartbeatAgeSeconds } from '../lease/heartbeat.ts';
import { readLockHolder } from '../lease/lock-value.ts';
import type { OpsCall } from './ops-ports.ts';
import type { TaskStoppedResult } from './results.ts';

export interface StoppedTask {
  readonly arn: string;
  readonly stoppedReason: string;
  /** Its private DNS names, as ECS gives them. */
  readonly privateNames: readonly string[];
}

/** Undefined for anything but the event of a stopped task. */
export function readStoppedTask(event: unknown): StoppedTask | undefined {
  if (!isRecord(event) || event['source'] !== 'aws.ecs' || event['detail-type'] !== 'ECS Task State Change') {
    return undefined;
  }
  const detail = event['detail'];
  if (!isRecord(detail) || detail['lastStatus'] !== 'STOPPED' || typeof detail['taskArn'] !== 'string')
    return undefined;
  const reason = detail['stoppedReason'];
  return {
    arn: detail['taskArn'],
    stoppedReason: typeof reason === 'string' ? reason : 'no reason given',
    privateNames: listOf(detail['attachments'])
      .flatMap((attachment) => listOf(attachment['details']))
      .filter(({ name }) => name === 'privateDnsName')
      .map(({ value }) => value)
      .filter((value) => typeof value === 'string'),
  };
}

export async function breakLockOfTask(
  { ports: { lock, outages } }: Pick<OpsCall, 'ports'>,
  task: StoppedTask,
): Promise<TaskStoppedResult> {
  const { heartbeat, nowMs, held } = await outages.observe({ noteRun: false });
  const result = { task: task.arn, heartbeatAgeSeconds: heartbeatAgeSeconds(heartbeat, nowMs) };
  const notItsLock = { ...result, lockRemoved: false, previousValue: null, mode: 'absent' } as const;
  if (held === undefined || !holds(task, held.value)) return notItsLock;
  const why = `its task stopped: ${task.stoppedReason}`;
  const broken = await lock.break(held.value, { who: 'ecs', why });
  return broken ? { ...result, lockRemoved: true, previousValue: held.value, mode: 'broken' } : notItsLock;
}

function holds(task: StoppedTask, lockValue: string): boolean {
  const { task: holdingTask, host } = readLockHolder(lockValue);
  if (holdingTask !== undefined) return holdingTask === task.arn;
  return host !== undefined && task.privateNames.some((name) => name === host || name.split('.')[0] === host);
}

type UnknownRecord = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly UnknownRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

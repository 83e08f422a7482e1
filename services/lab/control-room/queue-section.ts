/**
 * Queue mode as the control room shows it: the queue's depths and the consumers with their last heartbeats.
 *
 * Tested by: test/e2e/queue-mode.long.test.ts
 */
import { hostname } from 'node:os';
import type { SeenConsumer } from '../../core/queue/queue-watch.ts';
import type { Task } from '../ecs/task.ts';
import type { StoppedTask } from '../ecs/task-service.ts';
import type { Lab } from '../lab.ts';

export type ConsumerRole = 'consumer' | 'starting' | 'stopping' | 'silent';

export interface ConsumerView {
  readonly name: string;
  readonly pid: number | null;
  readonly sidecarPid: number | null;
  readonly role: ConsumerRole;
  readonly health: 'ok' | 'sick' | 'silent';
  /** Stopped by the lab with SIGSTOP. */
  readonly frozen: boolean;
  readonly startedAtMs: number;
  /** Of its last heartbeat, by the store's clock; null without one. */
  readonly beatAgeSeconds: number | null;
  /** How long updates had waited for their handlers, by that heartbeat. */
  readonly lagSeconds: number | null;
  /** The body of its `/healthz`. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface QueueSection {
  /** Messages that no consumer holds. */
  readonly visible: number;
  readonly inFlight: number;
  readonly deadLetters: number;
  readonly visibilitySeconds: number;
  readonly consumers: readonly ConsumerView[];
  readonly stoppedConsumers: readonly Omit<StoppedTask, 'containers'>[];
}

const stoppedShown = 10;

/** Null if handlers run in the worker. */
export function queueSection(
  { queue, times }: Pick<Lab, 'queue' | 'times'>,
  beats: readonly SeenConsumer[] = [],
): QueueSection | null {
  if (queue === undefined) return null;
  const { sqs, consumers } = queue;
  const { visible, inFlight } = sqs.queue.depth();
  return {
    visible,
    inFlight,
    deadLetters: sqs.deadLetters.depth().visible,
    visibilitySeconds: times.current.queueVisibilitySeconds,
    consumers: consumers.tasks.map((task) => consumerView(task, beats)),
    stoppedConsumers: consumers.stoppedTasks
      .slice(0, stoppedShown)
      .map(({ containers: _, ...shown }) => shown),
  };
}

function consumerView(task: Task, beats: readonly SeenConsumer[]): ConsumerView {
  const { identity, pid, sidecarPid, frozen, startedAtMs, health } = task;
  const beat = beats.find(({ consumer }) => consumer === `${hostname()}:${pid}`);
  return {
    name: identity.name,
    pid: pid ?? null,
    sidecarPid: sidecarPid ?? null,
    role: roleOf(task),
    health: health === undefined ? 'silent' : health.healthy ? 'ok' : 'sick',
    frozen,
    startedAtMs,
    beatAgeSeconds: beat === undefined ? null : beat.ageMs / 1000,
    lagSeconds: beat === undefined ? null : beat.lagMs / 1000,
    details: health?.body ?? {},
  };
}

function roleOf({ state, seen, health }: Task): ConsumerRole {
  if (state !== 'running') return 'stopping';
  if (health === undefined) return seen ? 'silent' : 'starting';
  return 'consumer';
}

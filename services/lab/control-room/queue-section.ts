/**
 * Queue mode as the control room shows it: the queue's depths and the consumers with their last heartbeats.
 *
 * Tested by: test/e2e/queue-mode.long.test.ts
 */
import { hostname } from 'node:os';
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

/** By `host:pid`. */
export type ConsumerBeats = ReadonlyMap<string, { readonly ageSeconds: number; readonly lagSeconds: number }>;

const stoppedShown = 10;

/** Undefined if handlers run in the worker. */
export function queueSection(
  { queue, times }: Pick<Lab, 'queue' | 'times'>,
  beats: ConsumerBeats | null,
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

function consumerView(task: Task, beats: ConsumerBeats | null): ConsumerView {
  const { identity, pid, sidecarPid, frozen, startedAtMs, health } = task;
  const beat = beats?.get(`${hostname()}:${pid}`);
  return {
    name: identity.name,
    pid: pid ?? null,
    sidecarPid: sidecarPid ?? null,
    role: roleOf(task),
    health: health === undefined ? 'silent' : health.healthy ? 'ok' : 'sick',
    frozen,
    startedAtMs,
    beatAgeSeconds: beat?.ageSeconds ?? null,
    lagSeconds: beat?.lagSeconds ?? null,
    details: health?.body ?? {},
  };
}

function roleOf({ state, seen, health }: Task): ConsumerRole {
  if (state !== 'running') return 'stopping';
  if (health === undefined) return seen ? 'silent' : 'starting';
  return 'consumer';
}

/** The consumers' heartbeats in the store; empty where there are none. */
export async function readConsumerBeats({ store, keys, queue }: Lab): Promise<ConsumerBeats> {
  if (queue === undefined) return new Map();
  const read = `return { redis.call('TIME'), redis.call('HGETALL', KEYS[1]) }`;
  const reply = (await store.command(['EVAL', read, '1', keys.handlerBeats])) as [string[], string[]];
  const [[seconds, micros], entries] = reply;
  const nowMs = Number(seconds) * 1000 + Number(micros) / 1000;
  const beats = new Map<string, { ageSeconds: number; lagSeconds: number }>();
  for (let index = 0; index < entries.length; index += 2) {
    const [, atMs, json = '{}'] = /^(\d+) (.*)$/.exec(entries[index + 1] ?? '') ?? [];
    const { lag_ms: lagMs = 0 } = JSON.parse(json) as { lag_ms?: number };
    beats.set(entries[index] ?? '', {
      ageSeconds: Math.max(0, nowMs - Number(atMs)) / 1000,
      lagSeconds: lagMs / 1000,
    });
  }
  return beats;
}

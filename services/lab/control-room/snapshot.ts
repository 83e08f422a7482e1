/**
 * The state that the control room shows, at one moment. The field names are stable: the page and other programs read them.
 *
 * A part that cannot be read, because the store is down, is null; the others are still there. No section contains a bot
 * token; only the whole state, for programs, has the tokens of the lab's servers.
 *
 * Tested by: test/lab/lab.test.ts
 */
import { heartbeatAgeSeconds } from '../../core/lease/heartbeat.ts';
import { quarantineOwner, readLockHolder } from '../../core/lease/lock-value.ts';
import type { BotObservation } from '../../core/monitor/outage-store.ts';
import { healthLine, healthTone } from '../../core/ops/health-line.ts';
import type { HealthState } from '../../core/outage/health.ts';
import { isOpen } from '../../core/outage/outage.ts';
import type { QueueFacts } from '../../core/outage/queue-trouble.ts';
import type { StoredAuditEntry } from '../../core/platform/audit-trail.ts';
import { reportOfTerm } from '../../core/updates/handlers-report.ts';
import type { Conversation } from '../chats/conversations.ts';
import { drillFactsOf } from '../drills/drill-facts.ts';
import type { DrillFacts, DrillView } from '../drills/drill-types.ts';
import type { Task } from '../ecs/task.ts';
import type { StoppedTask } from '../ecs/task-service.ts';
import type { MonitorState } from '../functions/lab-functions.ts';
import type { Lab } from '../lab.ts';
import { labHealth } from '../lab-health.ts';
import type { LoadView } from '../load/load-view.ts';
import { servicesOf } from '../queue-mode/queue-mode.ts';
import type { LabTimes } from '../settings/lab-times.ts';
import { type Text, text } from '../shared/text.ts';
import { tourSpeed } from '../tour/tour.ts';
import { tourStepFacts } from '../tour/tour-facts.ts';
import type { TourStepFacts, TourView } from '../tour/tour-view.ts';
import type { WatchView } from '../watch/handlers-watch.ts';
import { type QueueSection, queueSection } from './queue-section.ts';
import type { InboxSection, StoreReading } from './store-reading.ts';

export interface Leader {
  /** The lab's name for the worker; null for another program. */
  readonly worker: string | null;
  readonly pid: number | null;
  readonly host: string | null;
  readonly epoch: number | null;
  /** ISO 8601 UTC. */
  readonly since: string | null;
  /** Null: the lock never expires. */
  readonly ttlMs: number | null;
  readonly revoked: boolean;
  /** No worker leads: the store was emptied, and this lock keeps every worker out for one lease. */
  readonly quarantine: boolean;
}

export type WorkerRole = 'leader' | 'standby' | 'starting' | 'stopping' | 'silent';

export interface WorkerView {
  readonly name: string;
  readonly pid: number | null;
  readonly sidecarPid: number | null;
  readonly role: WorkerRole;
  readonly health: 'ok' | 'sick' | 'silent';
  /** Stopped by the lab with SIGSTOP. */
  readonly frozen: boolean;
  readonly startedAtMs: number;
  /** The lock holder that a standby waits for. */
  readonly waitingFor: string | null;
  /** The body of its `/healthz`. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Changes every second. */
export interface NowSection {
  /** When the store was read: by its own clock, or by the lab's if it does not answer. The ages refer to this time. */
  readonly atMs: number;
  readonly storeError: string | null;
  readonly leader: Leader | null;
  readonly workers: readonly WorkerView[];
  readonly stoppedWorkers: readonly Omit<StoppedTask, 'containers'>[];
  readonly heartbeat: {
    readonly ageSeconds: number | null;
    readonly staleSeconds: number;
    readonly intervalSeconds: number;
    readonly epoch: number | null;
    readonly lastError: string | null;
  };
  /** Updates waiting at Telegram. */
  readonly pendingUpdates: number;
  readonly outage: { readonly id: string; readonly since: string; readonly opened: string } | null;
  /** The verdict, as `status` and the doctor give it; null if the store cannot be read. */
  readonly health: {
    readonly state: HealthState;
    readonly tone: string;
    readonly line: Text;
    readonly isTold: boolean;
  } | null;
  /** Until when alerts are snoozed, ISO 8601 UTC; null: they go out. */
  readonly snoozedUntil: string | null;
  readonly alertFlag: string | null;
  readonly monitor: MonitorState;
  readonly monitorStopped: boolean;
  /** Unfinished updates in the journal. */
  readonly journal: number | null;
  readonly faults: {
    /** How Telegram is made to answer polls. */
    readonly telegram: string | null;
    readonly store: string | null;
    readonly queue: string | null;
    /** Names of the workers that the store refuses. */
    readonly cutWorkers: readonly string[];
    readonly roguePolling: boolean;
  };
}

/** Each is sent to the page when it changes. */
export interface Sections {
  readonly now: NowSection;
  readonly inbox: InboxSection | null;
  readonly sns: readonly { readonly subject: string | null; readonly message: string }[];
  readonly audit: readonly StoredAuditEntry[] | null;
  readonly chats: readonly Conversation[];
  readonly load: LoadView;
  readonly drills: readonly DrillView[];
  readonly tour: TourView;
  /** Null without a module of the user's own. */
  readonly handlers: WatchView | null;
  /** Null if handlers run in the worker. */
  readonly queue: QueueSection | null;
}

export interface LabFacts {
  readonly times: LabTimes;
  readonly store: 'redis-server' | 'embedded';
  readonly prometheusUrl: string | null;
  readonly drills: readonly DrillFacts[];
  readonly tourSteps: readonly TourStepFacts[];
  /** How many times as fast as in production the tour’s times are. */
  readonly tourSpeed: number;
}

const snsShown = 30;
const stoppedShown = 20;

export function buildSections(lab: Lab, reading: StoreReading): Sections {
  return {
    now: nowSection(lab, reading),
    inbox: reading.inbox.value,
    sns: lab.aws.published.slice(-snsShown).map(({ subject, message }) => ({ subject, message })),
    audit: reading.audit.value,
    chats: lab.conversations.all(),
    load: lab.load.view(),
    drills: lab.drills.views(),
    tour: lab.tour.view(),
    handlers: lab.watch?.view ?? null,
    queue: queueSection(lab, reading.queue.value?.consumers),
  };
}

export function labFacts(lab: Lab): LabFacts {
  const { times, redis, prometheusUrl } = lab;
  return {
    times: times.current,
    store: redis.store,
    prometheusUrl: prometheusUrl ?? null,
    drills: drillFactsOf(lab),
    tourSteps: tourStepFacts,
    tourSpeed: Math.max(tourSpeed, times.current.speed),
  };
}

/** Addresses and credentials of the lab's servers, for programs on this machine. They open nothing but this lab. */
export function labAddresses({ addresses, aws, ...lab }: Lab) {
  const tasks = servicesOf(lab).flatMap((service) => service.tasks);
  const loopback = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    redisRest: addresses.redisUrl,
    redisToken: addresses.redisToken,
    telegram: addresses.telegramUrl,
    botToken: addresses.botToken,
    aws: aws.url,
    ...(addresses.queueUrl === undefined ? {} : { queue: addresses.queueUrl }),
    sidecars: tasks.map(({ ports }) => loopback(ports.sidecar)),
    botMetrics: tasks.map(({ ports }) => loopback(ports.bot)),
  };
}

function nowSection(lab: Lab, { atMs, observation, journal, queue }: StoreReading): NowSection {
  const { value: observed, error } = observation;
  const { telegram, addresses, tasks, functions, faults } = lab;
  const times = lab.times.current;
  const memory = observed?.memory;
  const open = memory !== undefined && isOpen(memory) ? memory.outage : null;
  const { heartbeat } = observed ?? {};
  return {
    atMs,
    storeError: error,
    leader: observed === null ? null : leaderOf(observed, tasks.tasks),
    workers: tasks.tasks.map(workerView),
    stoppedWorkers: tasks.stoppedTasks.slice(0, stoppedShown).map(({ containers: _, ...shown }) => shown),
    heartbeat: {
      ageSeconds: observed === null ? null : heartbeatAgeSeconds(observed.heartbeat, observed.nowMs),
      staleSeconds: times.heartbeatStaleSeconds,
      intervalSeconds: times.heartbeatIntervalSeconds,
      epoch: heartbeat?.kind === 'present' ? (heartbeat.heartbeat.epoch ?? null) : null,
      lastError: heartbeat?.kind === 'present' ? (heartbeat.heartbeat.last_error ?? null) : null,
    },
    pendingUpdates: telegram.pendingCount(addresses.botToken),
    outage:
      open === null ? null : { id: open.id, since: isoText(open.sinceMs), opened: isoText(open.openedMs) },
    health: observed === null ? null : healthView(observed, queue.value ?? undefined, times),
    snoozedUntil: observed?.snooze ? isoText(observed.snooze.untilMs) : null,
    alertFlag: memory?.alertFlag ?? null,
    monitor: functions.monitor,
    monitorStopped: functions.monitorStopped,
    journal: journal.value,
    faults: { ...faults, cutWorkers: [...faults.cutWorkers] },
  };
}

function healthView(
  observed: BotObservation,
  queue: QueueFacts | undefined,
  times: LabTimes,
): NonNullable<NowSection['health']> {
  const { state, diagnosis, toldMs } = labHealth(observed, queue, times);
  const report = reportOfTerm(observed.handlers, observed.epoch);
  const shown = {
    state,
    cause: diagnosis?.cause ?? null,
    handlers: report ?? null,
    heartbeatAgeSeconds: heartbeatAgeSeconds(observed.heartbeat, observed.nowMs),
  };
  return {
    state,
    tone: healthTone[state],
    line: text(healthLine(shown, 'en'), healthLine(shown, 'ru')),
    isTold: toldMs !== null,
  };
}

function leaderOf({ held, epoch, revoked }: BotObservation, tasks: readonly Task[]): Leader | null {
  if (held === undefined) return null;
  const { host, pid, ts, task, owner } = readLockHolder(held.value);
  const worker = tasks.find(({ identity }) => identity.arn === task);
  // The lock value may be made some time before the lock is acquired; the worker knows when its term began.
  const since = worker?.health?.body['role'] === 'leader' ? worker.health.body['since'] : ts;
  return {
    worker: worker?.identity.name ?? null,
    pid: pid ?? null,
    host: host ?? null,
    epoch,
    since: typeof since === 'string' ? since : null,
    ttlMs: held.ttlMs,
    revoked: revoked === held.value,
    quarantine: owner === quarantineOwner,
  };
}

function workerView(task: Task): WorkerView {
  const { identity, pid, sidecarPid, frozen, startedAtMs, health } = task;
  const waitingFor = health?.body['waitingFor'];
  return {
    name: identity.name,
    pid: pid ?? null,
    sidecarPid: sidecarPid ?? null,
    role: roleOf(task),
    health: healthOf(health),
    frozen,
    startedAtMs,
    waitingFor: typeof waitingFor === 'string' ? waitingFor : null,
    details: health?.body ?? {},
  };
}

function roleOf({ state, seen, health }: Task): WorkerRole {
  if (state !== 'running') return 'stopping';
  if (health === undefined) return seen ? 'silent' : 'starting';
  return health.body['role'] === 'leader' ? 'leader' : 'standby';
}

function healthOf(health: Task['health']): WorkerView['health'] {
  if (health === undefined) return 'silent';
  return health.healthy ? 'ok' : 'sick';
}

function isoText(ms: number): string {
  return new Date(ms).toISOString();
}

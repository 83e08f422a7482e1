/** What the ops function answers. The field names are fixed: scripts read them. */
import type { Cause } from '../outage/diagnosis.ts';
import type { HealthState } from '../outage/health.ts';
import type { EnvironmentName } from '../platform/environment-name.ts';
import type { QueueView } from '../queue/queue-watch.ts';
import type { OpsAction, OpsError } from './payload.ts';

/** Values of other programs are shown as they are up to this length, so that an answer stays small. */
export const storedValueMax = 10_000;

export interface ReleaseLockResult {
  readonly lockRemoved: boolean;
  /** The stored lock value; null if there was none. */
  readonly previousValue: string | null;
  readonly heartbeatAgeSeconds: number | null;
  /**
   * `released`: revoked and gone within the waiting time; `revoked`: revoked, but still there after it;
   * `broken`: deleted by force; `absent`: there was none, or it was gone by then.
   */
  readonly mode: 'released' | 'revoked' | 'broken' | 'absent';
}

export interface DropUpdatesResult {
  /** How many were waiting just before the drop. */
  readonly droppedUpdates: number;
  /** The drop also removes a webhook that was set. */
  readonly webhookRemoved: boolean;
  /** Queue mode: about how many messages the updates queue held just before it was purged. */
  readonly purgedMessages?: number;
}

export interface RestartResult {
  readonly restarted: true;
  readonly deploymentId: string;
  /** Queue mode: of the handlers' service, if it is configured and was restarted. */
  readonly handlersDeploymentId?: string;
}

export interface StatusResult {
  readonly lock: {
    readonly value: string;
    readonly host: string | null;
    readonly pid: number | null;
    readonly env: string | null;
    readonly since: string | null;
    /** Null: the lock has no expiry. */
    readonly ttlSeconds: number | null;
    readonly revoked: boolean;
  } | null;
  readonly epoch: number | null;
  readonly heartbeatAgeSeconds: number | null;
  readonly heartbeat: string | null;
  /** Whether the heartbeat is younger than the limit of an outage. */
  readonly up: boolean;
  /** The verdict; `core/outage/health.ts` says what each state means. */
  readonly state: HealthState;
  /** Since when; null if that is unknown, and while the bot works. */
  readonly since: string | null;
  /** When the superadmins were told; null: not yet. */
  readonly told: string | null;
  /** Who is on the open outage; null: nobody has said so. */
  readonly acknowledgedBy: string | null;
  /** Until when the monitor tells nothing, and who asked for that; null: alerts go out. */
  readonly snooze: { readonly until: string; readonly who: string; readonly why: string } | null;
  /** Superadmins whom the monitor’s last message in Telegram did not reach. */
  readonly unreachable: readonly string[];
  /** How many updates failed within ten minutes; null while most do not. */
  readonly handlers: {
    readonly failed: number;
    readonly handled: number;
    readonly lastError: string;
    readonly at: string;
  } | null;
  /** Null while the bot works. */
  readonly cause: Cause | null;
  /** The diagnosis in words, a line each; empty while the bot works. */
  readonly diagnosis: readonly string[];
  readonly outage: {
    readonly id: string;
    /** The unstable time that the outage is part of; null: none. */
    readonly unstableId: string | null;
    readonly since: string;
    readonly opened: string;
  } | null;
  readonly telegram: 'reachable' | 'token-rejected' | 'unreachable';
  /** Why Telegram was not asked, in one line; null if it was. */
  readonly telegramProblem: string | null;
  readonly pendingUpdates: number | null;
  readonly webhookSet: boolean | null;
  readonly ecs: TasksResult | null;
  /** Why ECS did not answer and how to fix it, in one line; null if it did or is not configured. */
  readonly ecsProblem: string | null;
  /** Queue mode alone. */
  readonly updatesQueue?: UpdatesQueueResult;
  /** The caller's `ENVIRONMENT`; null if it names none. */
  readonly environment: EnvironmentName | null;
  /** One line if the lock or the last heartbeat is of another environment's bot; else null. */
  readonly environmentProblem: string | null;
}

export interface TasksResult {
  readonly desired: number;
  readonly running: number;
  readonly deploying: boolean;
  readonly lastStopReason: string | null;
}

export interface UpdatesQueueResult {
  /** Null: it did not answer, and `problem` says why. */
  readonly queue: QueueView | null;
  readonly problem: string | null;
  readonly consumers: readonly ConsumerResult[];
  /** The handlers' ECS service; null: not configured, or ECS did not answer. */
  readonly tasks: TasksResult | null;
}

export interface ConsumerResult {
  readonly consumer: string;
  readonly version: string;
  readonly ageSeconds: number;
  /** Its heartbeat is so old that it does not count. */
  readonly isLate: boolean;
  readonly lagSeconds: number;
  readonly running: number;
  readonly held: number;
}

/** Without a bot token Telegram is not asked. */
export interface StatusAnswer extends Omit<StatusResult, 'telegram'> {
  readonly telegram: StatusResult['telegram'] | 'not-asked';
}

export interface RecoverStep {
  readonly step: 'release-lock' | 'drop-updates' | 'restart' | 'fresh-heartbeat';
  readonly outcome: 'done' | 'skipped' | 'failed' | 'not tried';
  /** The step's result, or why it was skipped or failed. */
  readonly result?: ReleaseLockResult | DropUpdatesResult | RestartResult | HeartbeatResult;
  readonly why?: string;
}

export interface HeartbeatResult {
  readonly heartbeatAgeSeconds: number;
  readonly waitedSeconds: number;
}

export interface RecoverResult {
  readonly steps: readonly RecoverStep[];
}

/** Here `absent` means that the stopped task does not hold the lock. */
export interface TaskStoppedResult extends ReleaseLockResult {
  readonly task: string;
}

export interface SnoozeResult {
  /** ISO 8601 UTC; null: alerts are not snoozed. */
  readonly snoozedUntil: string | null;
}

export interface AcknowledgeResult {
  /** Who is on it: the first who said so. */
  readonly by: string;
  readonly isNew: boolean;
}

export type AnsweredAction = OpsAction | 'task-stopped' | 'acknowledge';

type Done<Action extends string, Result> = { readonly ok: true; readonly action: Action } & Result;

export type OpsAnswer =
  | Done<'status', StatusAnswer>
  | Done<'release-lock', ReleaseLockResult>
  | Done<'drop-updates', DropUpdatesResult>
  | Done<'restart', RestartResult>
  | Done<'recover', RecoverResult>
  | Done<'snooze', SnoozeResult>
  | Done<'task-stopped', TaskStoppedResult>
  | Done<'acknowledge', AcknowledgeResult>
  | {
      readonly ok: false;
      readonly action?: AnsweredAction;
      readonly error: OpsError;
      /** Of `recover`: the outcome of each step. */
      readonly steps?: readonly RecoverStep[];
    };

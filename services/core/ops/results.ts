/** What the ops function answers. The names are fixed: scripts read them. */
import type { Cause } from '../outage/diagnosis.ts';
import type { EnvironmentName } from '../settings/settings.ts';
import type { OpsAction, OpsError } from './payload.ts';

export interface ReleaseLockResult {
  readonly lockRemoved: boolean;
  /** The lock's value as it was stored; null when there was none. */
  readonly previousValue: string | null;
  readonly heartbeatAgeSeconds: number | null;
  /**
   * `released`: revoked, waited for, and gone; `revoked`: marked, but still there when the waiting time ended;
   * `broken`: deleted by force; `absent`: there was none, or it went by itself just then.
   */
  readonly mode: 'released' | 'revoked' | 'broken' | 'absent';
}

export interface DropUpdatesResult {
  /** How many were waiting just before. */
  readonly droppedUpdates: number;
  /** A webhook that was set goes with the drop. */
  readonly webhookRemoved: boolean;
}

export interface RestartResult {
  readonly restarted: true;
  readonly deploymentId: string;
}

export interface StatusResult {
  readonly lock: {
    readonly value: string;
    readonly host: string | null;
    readonly pid: number | null;
    readonly env: string | null;
    readonly since: string | null;
    /** Null: a lock without expiry. */
    readonly ttlSeconds: number | null;
    readonly revoked: boolean;
  } | null;
  readonly epoch: number | null;
  readonly heartbeatAgeSeconds: number | null;
  readonly heartbeat: string | null;
  readonly up: boolean;
  /** Why it is silent; null while it is up. */
  readonly cause: Cause | null;
  /** The same in words, a line each; empty while it is up. */
  readonly diagnosis: readonly string[];
  readonly outage: { readonly id: string; readonly since: string; readonly opened: string } | null;
  readonly telegram: 'reachable' | 'token-rejected' | 'unreachable';
  /** Why Telegram was not asked, in a line; null when it was. */
  readonly telegramProblem: string | null;
  readonly pendingUpdates: number | null;
  readonly webhookSet: boolean | null;
  readonly ecs: {
    readonly desired: number;
    readonly running: number;
    readonly deploying: boolean;
    readonly lastStopReason: string | null;
  } | null;
  /** Why ECS could not be asked and how to mend it, in a line; null when it could, or is not configured. */
  readonly ecsProblem: string | null;
  /** What `ENVIRONMENT` says where this was asked; null where nothing says whose bot is meant. */
  readonly environment: EnvironmentName | null;
  /** The lock, or the last heartbeat, is of another environment's bot: a line; else null. */
  readonly environmentProblem: string | null;
}

/** Where there is no bot token Telegram is not asked. */
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

/** Here `absent` says that the lock is not, or not any more, that task's. */
export interface TaskStoppedResult extends ReleaseLockResult {
  readonly task: string;
}

type Done<Action extends string, Result> = { readonly ok: true; readonly action: Action } & Result;

export type OpsAnswer =
  | Done<'status', StatusAnswer>
  | Done<'release-lock', ReleaseLockResult>
  | Done<'drop-updates', DropUpdatesResult>
  | Done<'restart', RestartResult>
  | Done<'recover', RecoverResult>
  | Done<'task-stopped', TaskStoppedResult>
  | {
      readonly ok: false;
      readonly action?: OpsAction | 'task-stopped';
      readonly error: OpsError;
      /** Of `recover`: what was done and what was not. */
      readonly steps?: readonly RecoverStep[];
    };

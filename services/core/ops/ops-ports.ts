/** What the ops actions work with, and how their failures become answers. */

import type { LockOverride } from '../lease/lock-store.ts';
import type { OutageControl } from '../monitor/outage-store.ts';
import type { OutageSettings } from '../outage/outage.ts';
import type { AuditEntry, AuditTrail, Reason } from '../platform/audit-trail.ts';
import { type BotApi, BotApiRefusedError, BotApiUnreachableError } from '../platform/bot-api.ts';
import type { Clock } from '../platform/clock.ts';
import type { EnvironmentName } from '../platform/environment-name.ts';
import type { Locale } from '../platform/locale.ts';
import type { Logger } from '../platform/logger.ts';
import type { Random } from '../platform/random.ts';
import type { Redact } from '../platform/redaction.ts';
import { StoreRefusedError, StoreUnreachableError, storeProblem } from '../platform/store-errors.ts';
import { EcsError, type WorkerService, type WorkerTasks } from '../platform/worker-service.ts';
import type { QueueWatch } from '../queue/queue-watch.ts';
import { QueueError } from '../queue/updates-queue.ts';
import { ecsProblem } from './ecs-problem.ts';
import type { OpsError } from './payload.ts';
import type { RecoverStep } from './results.ts';

export interface OpsPorts {
  /** The environment of the bot that these reach; undefined if nothing names it. */
  readonly environment: EnvironmentName | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly lock: LockOverride;
  readonly outages: OutageControl;
  readonly audit: AuditTrail;
  readonly telegram: BotApi;
  readonly ecs: WorkerService | undefined;
  /** Undefined, like `ecs`: ECS is not configured. */
  readonly tasks: WorkerTasks | undefined;
  /** The ECS service of queue mode's handlers; undefined: not configured, or handlers run inline. */
  readonly handlersService?: WorkerService | undefined;
  /** Undefined: handlers run inline. */
  readonly updatesQueue?: QueueWatch | undefined;
  readonly logger: Logger;
  readonly redact: Redact;
}

export interface OpsSettings extends OutageSettings {
  readonly locale: Locale;
}

export interface OpsCall {
  readonly ports: OpsPorts;
  readonly settings: OpsSettings;
  readonly reason: Reason;
  /** How long the action may still take, including the answer. */
  readonly remainingMs: () => number;
  /** How long a recovery waits for a heartbeat; without it, as long as its time allows. */
  readonly heartbeatWaitMs?: number | undefined;
  /** Why `status` does not ask Telegram; undefined: it does. */
  readonly telegramUnasked?: string | undefined;
  /** Called as each step begins. */
  readonly onStep?: ((step: RecoverStep['step']) => void) | undefined;
  /** Called with the outcome of each step, also of one that is skipped or not tried, in the order of the answer. */
  readonly onStepEnded?: ((step: RecoverStep) => void) | undefined;
}

/** The time to keep for after the waiting: two calls to the store and the answer. */
export const answerReserveMs = 7000;

/** An action that cannot be carried out in the present state. */
export class OpsRefusal extends Error {
  readonly code: string;

  constructor({ code, message }: OpsError) {
    super(message);
    this.name = 'OpsRefusal';
    this.code = code;
  }
}

/** Writes the audit entry of a completed action; if that fails, the error says both. */
export async function record(
  { ports, reason }: OpsCall,
  what: Omit<AuditEntry, 'who' | 'why'>,
): Promise<void> {
  try {
    await ports.audit.append({ ...what, ...reason });
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    const message = `done (${what.event}), but the audit entry could not be written: ${fault.message}`;
    throw new OpsRefusal({ code: 'AUDIT_FAILED', message });
  }
}

const queueFix = 'check UPDATES_QUEUE_URL, AWS_REGION and the rights of the AWS credentials, or ask again';

/** A failure of the store, Telegram, SQS or ECS as an error to answer; undefined for a bug. */
export function faultOf(error: unknown): OpsError | undefined {
  if (error instanceof OpsRefusal) return { code: error.code, message: error.message };
  if (error instanceof StoreUnreachableError || error instanceof StoreRefusedError) {
    return { code: error.code, message: storeProblem(error) };
  }
  if (error instanceof EcsError) return { code: error.code, message: ecsProblem(error) };
  if (error instanceof QueueError) return { code: error.code, message: `${error.message}; ${queueFix}` };
  if (error instanceof BotApiRefusedError || error instanceof BotApiUnreachableError) {
    return { code: error.code, message: error.message };
  }
  return undefined;
}

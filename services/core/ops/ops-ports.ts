/** What the ops actions work with. */

import type { LockOverride } from '../lease/lock-store.ts';
import type { OutageStore } from '../monitor/outage-store.ts';
import type { OutageSettings } from '../outage/outage.ts';
import type { AuditEntry, AuditTrail, Reason } from '../platform/audit-trail.ts';
import { type BotApi, BotApiRefusedError, BotApiUnreachableError } from '../platform/bot-api.ts';
import type { Clock } from '../platform/clock.ts';
import type { Locale } from '../platform/locale.ts';
import type { Logger } from '../platform/logger.ts';
import type { Redact } from '../platform/redaction.ts';
import { StoreRefusedError, StoreUnreachableError, storeProblem } from '../platform/store-errors.ts';
import { EcsError, type WorkerService } from '../platform/worker-service.ts';
import type { EnvironmentName } from '../settings/settings.ts';
import { ecsProblem } from './ecs-problem.ts';
import type { OpsError } from './payload.ts';

export interface OpsPorts {
  /** Whose bot these reach, as `ENVIRONMENT` says; undefined where nothing says it. */
  readonly environment: EnvironmentName | undefined;
  readonly clock: Clock;
  readonly lock: LockOverride;
  readonly outages: OutageStore;
  readonly audit: AuditTrail;
  readonly telegram: BotApi;
  readonly ecs: WorkerService | undefined;
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
  /** How long the action may still take, the answer included. */
  readonly remainingMs: () => number;
  /** How long a recovery waits for a heartbeat at most; else as long as its time allows. */
  readonly heartbeatWaitMs?: number | undefined;
  /** Why Telegram is not asked how things are; it is when left out. */
  readonly telegramUnasked?: string | undefined;
  /** Hears of each step as it begins. */
  readonly onStep?: ((step: string) => void) | undefined;
}

/** What must be left when the waiting ends: two calls to the store and the answer. */
export const answerReserveMs = 7000;

/** An action that cannot be carried out as things are. */
export class OpsRefusal extends Error {
  readonly code: string;

  constructor({ code, message }: OpsError) {
    super(message);
    this.name = 'OpsRefusal';
    this.code = code;
  }
}

/** Records what was done; when that fails, the answer says both. */
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

/** A failure of the store, Telegram or ECS as an answer; undefined for a bug, which is not one. */
export function faultOf(error: unknown): OpsError | undefined {
  if (error instanceof OpsRefusal) return { code: error.code, message: error.message };
  if (error instanceof StoreUnreachableError || error instanceof StoreRefusedError) {
    return { code: error.code, message: storeProblem(error) };
  }
  if (error instanceof EcsError) return { code: error.code, message: ecsProblem(error) };
  if (error instanceof BotApiRefusedError || error instanceof BotApiUnreachableError) {
    return { code: error.code, message: error.message };
  }
  return undefined;
}

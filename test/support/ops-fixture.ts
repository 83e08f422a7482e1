/**
 * The ops actions on the embedded store, with a clock whose sleeps pass at once. `whileAsleep` is what others do in the
 * meantime: a holder releases the lock, a worker writes a heartbeat.
 */
import { redisAuditTrail } from '../../services/adapters/redis/audit-trail.ts';
import { redisLockOverride } from '../../services/adapters/redis/lease/lock-override.ts';
import { redisOutageStore } from '../../services/adapters/redis/outage/outage-store.ts';
import { lockValue } from '../../services/core/lease/lock-value.ts';
import type { OpsPorts } from '../../services/core/ops/ops-ports.ts';
import { readPayload } from '../../services/core/ops/payload.ts';
import { type OpsContext, perform } from '../../services/core/ops/perform.ts';
import type { OpsAnswer, RecoverStep } from '../../services/core/ops/results.ts';
import type { StoredAuditEntry } from '../../services/core/platform/audit-trail.ts';
import type { BotApi } from '../../services/core/platform/bot-api.ts';
import type { Clock } from '../../services/core/platform/clock.ts';
import type { EnvironmentName } from '../../services/core/platform/environment-name.ts';
import type { Random } from '../../services/core/platform/random.ts';
import { redactor } from '../../services/core/platform/redaction.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import type { WorkerService, WorkerTasks } from '../../services/core/platform/worker-service.ts';
import type { QueueWatch } from '../../services/core/queue/queue-watch.ts';
import { type EmbeddedRunner, embeddedRunner } from './embedded-runner.ts';

export const taskArn = 'arn:aws:ecs:eu-central-1:123456789012:task/bots/0123456789abcdef';
export const holder = {
  host: 'ip-10-0-1-5.ec2.internal',
  pid: 7,
  env: 'production',
  ts: '2026-03-01T02:00:00.000Z',
  owner: 'a1',
};
export const heldValue = lockValue(holder);

/** Tokens that count 1, 2, 3, … in the shape of real ones. */
export function countingRandom(): Random {
  let tokens = 0;
  return {
    unit: () => 0.5,
    token: () => {
      tokens += 1;
      return String(tokens).padStart(32, '0');
    },
  };
}

export class OpsFixture {
  readonly store: EmbeddedRunner;
  readonly keys = storeKeys('');
  readonly calls: string[] = [];
  telegramFailure: Error | undefined;
  webhookUrl = '';
  pendingUpdates = 12;
  ecs: WorkerService | undefined;
  tasks: WorkerTasks | undefined;
  handlersService: WorkerService | undefined;
  updatesQueue: QueueWatch | undefined;
  /** Runs in every sleep. */
  whileAsleep: () => Promise<unknown> = async () => {};
  environment: EnvironmentName | undefined = 'production';
  telegramUnasked: string | undefined;
  limitMs = 60_000;
  heartbeatWaitMs: number | undefined;
  readonly steps: string[] = [];
  readonly endedSteps: RecoverStep[] = [];

  static async open(): Promise<OpsFixture> {
    return new OpsFixture(await embeddedRunner());
  }

  private constructor(store: EmbeddedRunner) {
    this.store = store;
  }

  get context(): OpsContext {
    const startMs = this.store.nowMs;
    return {
      ports: this.ports,
      settings: { staleMs: 300_000, lateMs: 60_000, reminderMs: 0, autoRestartMs: 0, locale: 'en' },
      remainingMs: () => this.limitMs - (this.store.nowMs - startMs),
      heartbeatWaitMs: this.heartbeatWaitMs,
      telegramUnasked: this.telegramUnasked,
      onStep: (step) => void this.steps.push(step),
      onStepEnded: (step) => void this.endedSteps.push(step),
    };
  }

  private tokens = 0;

  get ports(): OpsPorts {
    return {
      environment: this.environment,
      clock: this.clock,
      random: { unit: () => 0.5, token: () => `token-${++this.tokens}` },
      lock: redisLockOverride(this.store, this.keys),
      outages: redisOutageStore(this.store, this.keys),
      audit: redisAuditTrail(this.store, this.keys),
      telegram: this.telegram,
      ecs: this.ecs,
      tasks: this.tasks,
      handlersService: this.handlersService,
      updatesQueue: this.updatesQueue,
      redact: redactor(['a-secret-in-an-error']),
      logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    };
  }

  /** Sends a payload, as an operator does. */
  async ask(payload: Record<string, unknown>): Promise<OpsAnswer> {
    const result = readPayload({ reason: 'a test', requestedBy: 'anna', ...payload });
    return result.ok ? perform(this.context, result.request) : result;
  }

  async lock(value: string | null, ttlMs?: number): Promise<void> {
    if (value === null) await this.store.command(['DEL', this.keys.lock]);
    else await this.store.command(['SET', this.keys.lock, value, ...(ttlMs ? ['PX', String(ttlMs)] : [])]);
  }

  async lockNow(): Promise<unknown> {
    return this.store.command(['GET', this.keys.lock]);
  }

  async revoked(): Promise<unknown> {
    return this.store.command(['GET', this.keys.lockRevoked]);
  }

  async beat(atMs = this.store.nowMs): Promise<void> {
    const ts = new Date(atMs).toISOString();
    await this.store.command([
      'SET',
      this.keys.heartbeat,
      JSON.stringify({ host: 'h', pid: 1, env: 'production', ts }),
    ]);
  }

  audit(): Promise<readonly StoredAuditEntry[]> {
    return this.ports.audit.latest(20);
  }

  private readonly clock: Clock = {
    monotonicMs: () => this.store.nowMs,
    wallMs: () => this.store.nowMs,
    sleep: async (delayMs) => {
      await this.whileAsleep();
      this.store.nowMs += delayMs;
    },
  };

  private readonly telegram: BotApi = {
    call: async <Result>(method: string, parameters: Readonly<Record<string, unknown>>) => {
      this.calls.push(`${method} ${JSON.stringify(parameters)}`);
      if (this.telegramFailure) throw this.telegramFailure;
      return { url: this.webhookUrl, pending_update_count: this.pendingUpdates } as Result;
    },
  };
}

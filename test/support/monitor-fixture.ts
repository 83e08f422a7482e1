/**
 * The monitor on the embedded store, with a clock that the test moves and channels that the test controls.
 * Telegram, SNS and ECS are in-process doubles; the real clients are tested under `test/functions`.
 */
import { redisAuditTrail } from '../../services/adapters/redis/audit-trail.ts';
import { redisInboxStore } from '../../services/adapters/redis/inbox/inbox-store.ts';
import { redisOutageStore } from '../../services/adapters/redis/outage/outage-store.ts';
import { type AlertTopic, TopicError } from '../../services/core/alerts/channels.ts';
import { deliveryReserveMs, type MonitorReport, runMonitor } from '../../services/core/monitor/monitor.ts';
import type { MonitorPorts, MonitorSettings } from '../../services/core/monitor/monitor-ports.ts';
import type { BotApi } from '../../services/core/platform/bot-api.ts';
import type { Logger } from '../../services/core/platform/logger.ts';
import { redactor } from '../../services/core/platform/redaction.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import type { WorkerService, WorkerServiceState } from '../../services/core/platform/worker-service.ts';
import { type EmbeddedRunner, embeddedRunner } from './embedded-runner.ts';

export interface SentText {
  readonly chatId: string;
  readonly text: string;
}

const defaultSettings: MonitorSettings = {
  staleMs: 300_000,
  lateMs: 60_000,
  reminderMs: 3_600_000,
  autoRestartMs: 0,
  superadminIds: ['101', '102'],
  locale: 'ru',
};

export class MonitorFixture {
  readonly store: EmbeddedRunner;
  readonly keys = storeKeys('');
  readonly telegrams: SentText[] = [];
  readonly published: { readonly subject: string; readonly text: string }[] = [];
  readonly logged: string[] = [];
  /** How sends to a chat fail, while set; a function is called for each send. */
  readonly failures = new Map<string, Error | (() => Promise<void>)>();
  topicFailure: Error | undefined;
  ecsState: WorkerServiceState = { desired: 1, running: 1, deploying: false, lastStopReason: null };
  ecsFailure: Error | undefined;
  /** How a restart alone fails. */
  restartFailure: Error | undefined;
  restarts = 0;
  webhookInfo: () => Promise<unknown> = async () => ({ url: '', pending_update_count: 3 });
  settings = defaultSettings;
  /** The time that each run believes it has left. */
  remainingMs: () => number = () => deliveryReserveMs + 1;
  withTopic = true;
  readonly botId = '42';
  private tokens = 0;

  static async begin(): Promise<MonitorFixture> {
    return new MonitorFixture(await embeddedRunner());
  }

  private constructor(store: EmbeddedRunner) {
    this.store = store;
  }

  get ports(): MonitorPorts {
    return {
      outages: redisOutageStore(this.store, this.keys, this.botId),
      inbox: redisInboxStore(this.store, this.keys),
      audit: redisAuditTrail(this.store, this.keys),
      telegram: this.telegram,
      topic: this.withTopic ? this.topic : undefined,
      ecs: this.ecs,
      random: { unit: () => 0.5, token: () => `token${++this.tokens}` },
      logger: this.logger,
      redact: redactor(['a-secret-in-an-error']),
      environment: 'production',
    };
  }

  run(): Promise<MonitorReport> {
    return runMonitor(this.ports, this.settings, () => this.remainingMs());
  }

  /** A run that much later. */
  runAfter(passedMs: number): Promise<MonitorReport> {
    this.store.nowMs += passedMs;
    return this.run();
  }

  async beat(more: Record<string, unknown> = {}): Promise<void> {
    const ts = new Date(this.store.nowMs).toISOString();
    await this.writeHeartbeat(JSON.stringify({ host: 'h', pid: 1, env: 'production', ts, ...more }));
  }

  async writeHeartbeat(raw: string): Promise<void> {
    await this.store.command(['SET', this.keys.heartbeat, raw]);
  }

  /** A heartbeat, a first run, and then a run after a silence just over the limit. */
  async goDown(): Promise<MonitorReport> {
    await this.beat();
    await this.run();
    return this.runAfter(this.settings.staleMs + 1);
  }

  async flag(): Promise<unknown> {
    return this.store.command(['GET', this.keys.alertSent]);
  }

  async inbox(telegramId: string): Promise<readonly string[]> {
    const { entries } = await this.ports.inbox.list(telegramId, { skip: 0, count: 100 });
    return entries.map(({ title }) => title);
  }

  async auditEvents(): Promise<readonly string[]> {
    return (await this.ports.audit.latest(100)).map(({ event }) => event).reverse();
  }

  private readonly telegram: BotApi = {
    call: async <Result>(method: string, parameters: Readonly<Record<string, unknown>>) => {
      if (method === 'getWebhookInfo') return (await this.webhookInfo()) as Result;
      const chatId = String(parameters['chat_id']);
      const failure = this.failures.get(chatId);
      if (failure instanceof Error) throw failure;
      if (failure !== undefined) await failure();
      if (method === 'sendChatAction') return true as Result;
      this.telegrams.push({ chatId, text: String(parameters['text']) });
      return {} as Result;
    },
  };

  private readonly topic: AlertTopic = {
    publish: async (message) => {
      if (this.topicFailure !== undefined) throw new TopicError(this.topicFailure);
      this.published.push(message);
    },
  };

  private readonly ecs: WorkerService = {
    describe: async () => {
      if (this.ecsFailure !== undefined) throw this.ecsFailure;
      return this.ecsState;
    },
    restart: async () => {
      if (this.ecsFailure !== undefined) throw this.ecsFailure;
      this.restarts += 1;
      if (this.restartFailure !== undefined) throw this.restartFailure;
      return `deployment-${this.restarts}`;
    },
  };

  private readonly logger: Logger = {
    debug: (message) => void this.logged.push(message),
    info: (message) => void this.logged.push(message),
    warn: (message) => void this.logged.push(message),
    error: (message) => void this.logged.push(message),
  };
}

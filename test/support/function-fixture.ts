/**
 * Everything around the two functions, on loopback: the store over REST, the Bot API, SNS and ECS. The functions run as
 * deployed, configured by an environment, with their real clients.
 */
import { redisInboxStore } from '../../services/adapters/redis/inbox/inbox-store.ts';
import { redisLockOverride } from '../../services/adapters/redis/lease/lock-override.ts';
import { redisLockStore } from '../../services/adapters/redis/lease/lock-store.ts';
import { redisOutageStore } from '../../services/adapters/redis/outage/outage-store.ts';
import { type UpstashStore, upstashStore } from '../../services/adapters/redis/upstash-store.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import { lockValue } from '../../services/core/lease/lock-value.ts';
import { botIdOf } from '../../services/core/platform/bot-token.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { type AwsEmulator, startAwsEmulator } from '../../services/lab/aws-emulator/aws-emulator.ts';
import type { EmulatedServiceState } from '../../services/lab/aws-emulator/ecs-calls.ts';
import { type LabRedis, startLabRedis } from '../../services/lab/redis-rest/lab-redis.ts';
import { realTool } from './real-tools.ts';
import { startTelegramEmulator, type TestTelegram } from './telegram-emulator.ts';

/** The stores on which the functions and their scripts must behave alike, for `describe.skipIf(missing)`. */
export const stores = [
  { name: 'the embedded store', path: undefined, missing: false },
  { name: 'a real Redis', path: realTool('redis-server'), missing: realTool('redis-server') === undefined },
] as const;

export const botToken = '123456789:AAFunctionStageSecretSecretSecretSecre';
const storeToken = 'function-stage-store-token';
export const superadmins = ['101', '102', '103'] as const;
export const holder = {
  host: 'ip-10-0-1-5.ec2.internal',
  pid: 7,
  env: 'development',
  ts: '2026-03-01T02:00:00.000Z',
  owner: 'a1',
};

export class FunctionFixture {
  readonly redis: LabRedis;
  readonly telegram: TestTelegram;
  readonly aws: AwsEmulator;
  readonly store: UpstashStore;
  readonly keys = storeKeys('bot7:');
  /** Every line that the functions wrote. */
  readonly lines: string[] = [];
  service: EmulatedServiceState = {
    cluster: 'bots',
    service: 'worker',
    desired: 1,
    running: 1,
    deploying: false,
    stoppedTasks: [],
  };
  restarts = 0;
  whenRestarted: () => Promise<unknown> = async () => {};

  static async open(redisServerPath: string | undefined): Promise<FunctionFixture> {
    const tokens = [storeToken];
    const redis = await startLabRedis({ port: 0, tokens, redisServerPath, clock: systemClock });
    const telegram = await startTelegramEmulator();
    const aws = await startAwsEmulator({
      services: () => [{ describe: () => stage.service, restart: () => stage.restarted() }],
    });
    const stage = new FunctionFixture(redis, telegram, aws);
    return stage;
  }

  private constructor(redis: LabRedis, telegram: TestTelegram, aws: AwsEmulator) {
    this.redis = redis;
    this.telegram = telegram;
    this.aws = aws;
    this.store = upstashStore({ url: redis.rest.url, token: storeToken, timeoutMs: 10_000 });
  }

  /** Deletes what a test left behind. */
  async clear(): Promise<void> {
    await this.store.command(['FLUSHALL']);
  }

  async close(): Promise<void> {
    await this.aws.close();
    await this.telegram.stop();
    await this.redis.stop();
  }

  environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      TELEGRAM_BOT_TOKEN_DEV: botToken,
      TELEGRAM_API_ROOT: this.telegram.url,
      UPSTASH_REDIS_REST_URL: this.redis.rest.url,
      UPSTASH_REDIS_REST_TOKEN: storeToken,
      REDIS_KEY_PREFIX: 'bot7:',
      SUPERADMIN_TELEGRAM_IDS: superadmins.join(','),
      ALERT_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:alerts',
      ECS_CLUSTER: 'bots',
      ECS_SERVICE: 'worker',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIAEMULATED',
      AWS_SECRET_ACCESS_KEY: 'emulated-secret',
      AWS_ENDPOINT_URL: this.aws.url,
      ...more,
    };
  }

  readonly seams = {
    clock: systemClock,
    random: systemRandom,
    write: (line: string): void => void this.lines.push(line),
  };

  /** Writes a heartbeat like the worker's, with that age by the store's clock. */
  async beat(ageMs = 0, lastError: string | null = null): Promise<void> {
    const { nowMs } = await this.outages.observe({ noteRun: false });
    const ts = new Date(nowMs - ageMs).toISOString();
    const beat = {
      ...holder,
      ts,
      last_poll_ts: ts,
      last_error: lastError,
      in_flight: 0,
      epoch: 1,
      version: '0.1.0',
    };
    await this.store.command(['SET', this.keys.heartbeat, JSON.stringify(beat)]);
  }

  async takeLock(more: { task?: string; host?: string } = {}, ttlMs = 30_000): Promise<string> {
    const value = lockValue({ ...holder, ...more });
    await this.store.command(['SET', this.keys.lock, value, 'PX', String(ttlMs)]);
    return value;
  }

  async get(key: string): Promise<unknown> {
    return this.store.command(['GET', key]);
  }

  messagesTo(telegramId: string, from = 0): ReturnType<TestTelegram['state']>['sentMessages'] {
    const { sentMessages } = this.telegram.state(botToken);
    return sentMessages.slice(from).filter(({ chat_id }) => chat_id === Number(telegramId));
  }

  get outages() {
    return redisOutageStore(this.store, this.keys);
  }

  get inbox() {
    return redisInboxStore(this.store, this.keys);
  }

  get lock() {
    return {
      ...redisLockStore(this.store, this.keys, botIdOf(botToken)),
      ...redisLockOverride(this.store, this.keys),
    };
  }

  private async restarted(): Promise<string> {
    this.restarts += 1;
    await this.whenRestarted();
    return `ecs-svc/${this.restarts}`;
  }
}

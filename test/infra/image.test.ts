/** The worker's image, built and run for real wherever a machine can do it without a Docker engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import { healthCheckScript, healthPath, metricsPath } from '../../services/bot/contract.ts';
import { exitCodes } from '../../services/core/platform/exit-codes.ts';
import { type LabRedis, startLabRedis } from '../../services/lab/redis-rest/lab-redis.ts';
import { startSqsEmulator } from '../../services/lab/sqs-emulator/sqs-emulator.ts';
import { sidecarMetricNames } from '../../services/metrics-sidecar/contract.ts';
import { startTelegramEmulator, type TestTelegram } from '../support/telegram-emulator.ts';
import { type Container, ContainerLab, canBuildImages } from './support/containers.ts';
import { freePort, waitFor } from './support/waiting.ts';

const tag = 'localhost/staffprobot';
const token = '4242:image-test';
const storeToken = 'image-store';
const buildLimitMs = 240_000;

describe.skipIf(!canBuildImages)('the image', () => {
  const lab = new ContainerLab();
  let telegram: TestTelegram;
  let redis: LabRedis;

  beforeAll(async () => {
    await lab.buildBase();
    await lab.buildWorker(tag, { BOT_HANDLERS: 'test/infra/support/features.ts' });
    telegram = await startTelegramEmulator();
    redis = await startLabRedis({
      port: 0,
      tokens: [storeToken],
      redisServerPath: undefined,
      clock: systemClock,
    });
    await storeCommand(['SET', 'bot_polling_epoch', '0']);
  }, buildLimitMs);

  afterAll(async () => {
    await lab.remove();
    await redis?.stop();
    await telegram?.stop();
  });

  async function storeCommand(command: readonly string[]): Promise<unknown> {
    const headers = { authorization: `Bearer ${storeToken}` };
    const response = await fetch(redis.rest.url, { method: 'POST', headers, body: JSON.stringify(command) });
    return ((await response.json()) as { result: unknown }).result;
  }

  const start = (environment: Readonly<Record<string, string>>, ...command: string[]): Container =>
    lab.start(tag, environment, command);

  it('contains only the bundle, for a user who owns no file', async () => {
    const list = `
      const { readdirSync, statSync } = require('node:fs');
      const files = readdirSync('/app', { recursive: true });
      const bytes = files.reduce((sum, file) => sum + statSync('/app/' + file).size, 0);
      const owners = [...new Set(['.', ...files].map((file) => statSync('/app/' + file).uid))];
      console.log(JSON.stringify({ files: files.sort(), bytes, owners, uid: process.getuid() }));`;
    const container = start({}, 'node', '-e', list);
    expect(await container.ended).toBe(0);
    const { files, bytes, owners, uid } = JSON.parse(container.output());
    expect(files.filter((file: string) => !/^shared-\w+\.mjs$/.test(file))).toEqual([
      'bot.mjs',
      'consumer.mjs',
      'handlers.mjs',
      healthCheckScript,
      'metrics.mjs',
    ]);
    expect(bytes).toBeLessThan(2 * 1024 * 1024);
    expect({ owners, uid }).toEqual({ owners: [0], uid: 65532 });
    const config = await lab.inspect(tag);
    expect(config).toMatchObject({ User: '65532:65532', Cmd: ['node', 'bot.mjs'], WorkingDir: '/app' });
    expect(config.Env).toContain('BOT_HANDLERS=/app/handlers.mjs');
  });

  it('refuses to start without settings, and reports every missing one', async () => {
    const container = start({ ENVIRONMENT: 'production' });
    expect(await container.ended).toBe(exitCodes.configuration);
    expect(container.output()).toMatch(/^TELEGRAM_BOT_TOKEN_PROD: expected a bot token, got nothing/m);
    expect(container.output()).toMatch(/^UPSTASH_REDIS_REST_URL: /m);
  });

  it('polls, answers, is scraped through its sidecar, and releases its lock on SIGTERM', async () => {
    const [botPort, metricsPort] = [await freePort(), await freePort()];
    const ports = { BOT_METRICS_PORT: String(botPort), METRICS_PORT: String(metricsPort) };
    const sidecar = start({ ...ports, METRICS_HOST: '127.0.0.1' }, 'node', 'metrics.mjs');
    const bot = start({
      ...ports,
      ENVIRONMENT: 'production',
      TELEGRAM_BOT_TOKEN_PROD: token,
      TELEGRAM_API_ROOT: telegram.url,
      UPSTASH_REDIS_REST_URL: redis.rest.url,
      UPSTASH_REDIS_REST_TOKEN: storeToken,
      LONG_POLL_TIMEOUT_SECONDS: '1',
    });
    const both = (): string => `${bot.output()}\n${sidecar.output()}`;

    await waitFor('the bot leads', both, async () => {
      const response = await fetch(`http://127.0.0.1:${botPort}${healthPath}`);
      return response.ok && ((await response.json()) as { role: string }).role === 'leader';
    });
    telegram.pushText(token, { chatId: 7, text: '/get_chat_id' });
    await telegram.waitForSentMessage(token, ({ text }) => text?.includes('7') === true);
    telegram.pushText(token, { chatId: 7, text: '/features' });
    await telegram.waitForSentMessage(token, ({ text }) => text?.includes('a Composer') === true);
    await waitFor('the sidecar sees the bot', both, async () => {
      const response = await fetch(`http://127.0.0.1:${metricsPort}${metricsPath}`);
      return (await response.text()).includes(`${sidecarMetricNames.botUp} 1`);
    });
    expect(await storeCommand(['EXISTS', 'bot_polling_lock'])).toBe(1);
    for (const [port, code] of [
      [botPort, 0],
      [metricsPort, 0],
      [await freePort(), 1],
    ]) {
      expect(await start({}, 'bash', healthCheckScript, String(port)).ended).toBe(code);
    }

    await bot.signal('TERM');
    expect(await bot.ended, both()).toBe(exitCodes.cleanStop);
    expect(await storeCommand(['EXISTS', 'bot_polling_lock'])).toBe(0);
    await sidecar.signal('TERM');
    expect(await sidecar.ended, both()).toBe(exitCodes.cleanStop);
  });

  it('hands updates through the queue to its second program, and both stop cleanly', async () => {
    const sqs = await startSqsEmulator({ clock: systemClock, random: systemRandom });
    const environment = {
      // Not production, which refuses a queue without TLS.
      ENVIRONMENT: 'staging',
      TELEGRAM_BOT_TOKEN_DEV: token,
      TELEGRAM_API_ROOT: telegram.url,
      UPSTASH_REDIS_REST_URL: redis.rest.url,
      UPSTASH_REDIS_REST_TOKEN: storeToken,
      LONG_POLL_TIMEOUT_SECONDS: '1',
      HANDLERS: 'queue',
      UPDATES_QUEUE_URL: sqs.queueUrl,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'image',
      AWS_SECRET_ACCESS_KEY: 'image',
    };
    const [botPort, consumerPort] = [await freePort(), await freePort()];
    const bot = start({ ...environment, BOT_METRICS_PORT: String(botPort) });
    const consumerEnvironment = { ...environment, BOT_METRICS_PORT: String(consumerPort) };
    const consumer = start(consumerEnvironment, 'node', 'consumer.mjs');
    const both = (): string => `${bot.output()}\n${consumer.output()}`;
    const says = async (port: number, role: string): Promise<boolean> => {
      const response = await fetch(`http://127.0.0.1:${port}${healthPath}`);
      return response.ok && ((await response.json()) as { role: string }).role === role;
    };

    await waitFor('the bot leads', both, () => says(botPort, 'leader'));
    await waitFor('the consumer is healthy', both, () => says(consumerPort, 'handlers'));
    telegram.pushText(token, { chatId: 8, text: '/features' });
    const answer = await telegram.waitForSentMessage(token, ({ chat_id }) => chat_id === 8);
    expect(answer.text).toContain('a Composer');
    expect(sqs.calls.get('DeleteMessageBatch')).toBeGreaterThan(0);

    for (const program of [bot, consumer]) await program.signal('TERM');
    expect(await Promise.all([bot.ended, consumer.ended]), both()).toEqual([0, 0]);
    await sqs.close();
  });
});

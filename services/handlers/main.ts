/**
 * The consumer of queue mode as a process: settings in, exit code out. Only wiring here.
 *
 * It runs the company's handlers on what the poller has put into the queue; any number of them run side by side. SIGTERM
 * and SIGINT stop it cleanly: what has not begun goes back to the queue at once, handlers drain.
 */
import { hostname } from 'node:os';
import { reasonOf } from '../adapters/error-description.ts';
import { withoutStack } from '../adapters/handler-observer.ts';
import { startStatusServer } from '../adapters/http/status-server.ts';
import { createLogger } from '../adapters/logger.ts';
import { openQueue, refusalToReceive } from '../adapters/open-queue.ts';
import { logProcessFaults } from '../adapters/process-faults.ts';
import { busyPort, isAddressInUse, refuse } from '../adapters/program-end.ts';
import { obeyProxy, proxyEnvironment } from '../adapters/proxy.ts';
import { redisHandlersReports } from '../adapters/redis/outage/handlers-reports.ts';
import { redisWarningStore } from '../adapters/redis/outage/warning-store.ts';
import {
  redisConsumerBeats,
  redisDeadUpdates,
  redisQueueAttempts,
} from '../adapters/redis/queue/queue-store.ts';
import { upstashStore } from '../adapters/redis/upstash-store.ts';
import type { ConnectedQueue } from '../adapters/sqs.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { fetchBotApi } from '../adapters/telegram/fetch-bot-api.ts';
import { HandlerHooks, hookPermit } from '../adapters/telegram/handler-hooks.ts';
import { HandlersError } from '../adapters/telegram/handlers-error.ts';
import { loadFeatures } from '../adapters/telegram/load-features.ts';
import type { LoadedHandlers } from '../adapters/telegram/load-handlers.ts';
import { guardedTelegram, telegramBot } from '../adapters/telegram/telegram-bot.ts';
import { logWriter } from '../adapters/terminal-log.ts';
import { version } from '../adapters/version.ts';
import { HandlersAlarm } from '../core/alerts/handlers-alarm.ts';
import type { BotIdentity } from '../core/platform/bot-api.ts';
import { type ExitCode, exitCodes } from '../core/platform/exit-codes.ts';
import { oneLine } from '../core/platform/foreign-text.ts';
import { LogThrottle } from '../core/platform/log-throttle.ts';
import type { Logger } from '../core/platform/logger.ts';
import { type Redact, redactor } from '../core/platform/redaction.ts';
import { storeKeys } from '../core/platform/store-keys.ts';
import { isTokenRejection } from '../core/platform/token-rejection.ts';
import { Consumer } from '../core/queue/consumer.ts';
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import { type QueueSettings, readHandlersSettings } from '../core/settings/queue-settings.ts';
import { secretsIn } from '../core/settings/secrets.ts';
import { readSettings, type Settings } from '../core/settings/settings.ts';
import { misspeltVariables } from '../core/settings/variable-names.ts';
import { beat } from './consumer-beat.ts';
import { HandlersMetrics } from './metrics.ts';
import { consumerObserver } from './observer.ts';

const storeTimeoutMs = 3000;
const getMeTimeoutMs = 10_000;
const getMeRetryMs = 2000;
/** Of a handler's error in the report to the store. */
const errorTextMax = 200;
/** A consumer that the queue has not answered for so long is unhealthy. */
const silenceMaxMs = 180_000;

const notQueueMode =
  'HANDLERS: expected queue, got inline; this program runs in queue mode only: set it for both';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
process.exit(await main());

async function main(): Promise<ExitCode> {
  const read = readSettings(process.env);
  const handlers = readHandlersSettings(process.env);
  const misspelt = misspeltVariables(process.env);
  const queue = handlers.ok ? handlers.settings.queue : undefined;
  if (!read.ok || queue === undefined) {
    const problems = handlers.ok ? (queue === undefined ? [notQueueMode] : []) : handlers.problems;
    return refuse([...(read.ok ? [] : read.problems), ...problems, ...misspelt]);
  }
  const { settings } = read;
  const redact = redactor(secretsIn(process.env));
  const fields = { service: 'handlers', pid: process.pid };
  const write = logWriter(process.stdout, process.env);
  const logger = createLogger({ level: settings.logLevel, redact, clock, fields, write });
  for (const warning of [...read.warnings, ...misspelt]) logger.warn(warning);
  logProcessFaults(logger, () => process.exit(exitCodes.bug));
  try {
    obeyProxy(process.env);
    return await start(settings, queue, { logger, redact });
  } catch (error) {
    if (error instanceof ConfigurationError) return refuse([error.message]);
    if (error instanceof HandlersError) return refuse([redact(error.message)]);
    if (isAddressInUse(error)) return refuse([busyPort(settings.metrics.botPort)]);
    logger.error('the consumer ended because of a bug', { error });
    return exitCodes.bug;
  }
}

interface LogContext {
  readonly logger: Logger;
  readonly redact: Redact;
}

async function start(settings: Settings, queueSettings: QueueSettings, log: LogContext): Promise<ExitCode> {
  const { logger, redact } = log;
  const features = await loadFeatures(settings.botHandlers, { logger, clock, stop: stop.signal });
  if (features === undefined) logger.warn('BOT_HANDLERS is not set: every update ends without a handler');
  const opened = await openQueue(queueSettings, {
    side: 'consumer',
    environment: process.env,
    clock,
    stop: stop.signal,
  });
  if (opened.kind === 'stopped') return exitCodes.cleanStop;
  if (opened.kind === 'refused') return refuse([redact(opened.line)], opened.code);
  const bot = await identify(settings, logger);
  if (bot === 'token rejected') return exitCodes.tokenRejected;
  if (bot === 'stopped') return exitCodes.cleanStop;
  return consume({ settings, queueSettings, features, queue: opened.queue, bot, ...log });
}

interface ConsumeDeps extends LogContext {
  readonly settings: Settings;
  readonly queueSettings: QueueSettings;
  readonly features: LoadedHandlers | undefined;
  readonly queue: ConnectedQueue;
  readonly bot: BotIdentity;
}

async function consume(deps: ConsumeDeps): Promise<ExitCode> {
  const { settings, queueSettings, features, queue, bot, logger, redact } = deps;
  const { times, slots } = queueSettings;
  const keys = storeKeys(settings.store.keyPrefix);
  const store = upstashStore({ ...settings.store, timeoutMs: storeTimeoutMs });
  const throttle = new LogThrottle(clock);
  const metrics: HandlersMetrics = new HandlersMetrics(version, {
    running: () => consumer.runningCount,
    held: () => consumer.heldCount,
  });
  let epoch: number | undefined;
  const alarm = new HandlersAlarm({
    clock,
    warnings: redisWarningStore(store, keys, settings),
    host: hostname(),
    onTrouble: (what, error) => logger.warn(`${what} failed`, { error: withoutStack(error) }),
    reports: redisHandlersReports(store, keys),
    epoch: () => epoch,
    describe: (error) => oneLine(redact(reasonOf(error)), errorTextMax),
  });
  const observer = consumerObserver({
    logger,
    metrics,
    handlers: alarm,
    throttle,
    onEpoch: (of) => {
      epoch = Math.max(epoch ?? 0, of);
    },
  });
  const telegram = {
    token: settings.botToken,
    apiRoot: settings.telegramApiRoot,
    redact,
    proxy: proxyEnvironment(process.env),
  };
  const hooks = new HandlerHooks({
    hooks: features?.hooks ?? {},
    // Who consumes does not lead: a hook may ask, and what acts as the bot belongs to the one that polls.
    telegram: guardedTelegram(telegram, (method) => hookPermit(method, undefined, stop.signal)),
    logger,
    clock,
    stop: stop.signal,
    drainTimeoutMs: settings.drainTimeoutMs,
  });
  const makeHandler = telegramBot({
    ...telegram,
    logger,
    install: (telegraf) => {
      if (features !== undefined) telegraf.use(features.middleware);
    },
  });
  let refusal: string | undefined;
  const onTrouble = (what: string, error: unknown): void => {
    observer.onTrouble(what, error);
    if (consumer.answeredMs === undefined) refusal ??= refusalToReceive(error);
    if (refusal !== undefined) stop.abort();
  };
  const consumer: Consumer = new Consumer(
    {
      clock,
      random,
      queue,
      attempts: redisQueueAttempts(store, keys),
      dead: redisDeadUpdates(store, keys),
      handle: makeHandler(bot),
      observer: { ...observer, onTrouble },
      slots,
      times,
      drainTimeoutMs: settings.drainTimeoutMs,
    },
    stop.signal,
  );
  const startedMs = clock.monotonicMs();
  const server = await startStatusServer({
    port: settings.metrics.botPort,
    registry: metrics.registry,
    health: () => {
      const { runningCount: running, heldCount: held, answeredMs = startedMs } = consumer;
      const silentMs = clock.monotonicMs() - answeredMs;
      const body = { role: 'handlers', running, held, queueSilentSeconds: Math.round(silentMs / 1000) };
      return { healthy: silentMs < silenceMaxMs, body };
    },
  });
  const beating = (): Promise<void> =>
    beat(
      {
        clock,
        beats: redisConsumerBeats(store, keys),
        consumer: `${hostname()}:${process.pid}`,
        version,
        intervalMs: settings.heartbeatIntervalMs,
        counts: consumer,
        takeLagMs: () => consumer.takeLagMs(),
        onLag: (lagMs) => metrics.lag.set(lagMs / 1000),
        onTrouble: (what, error) => observer.onTrouble(what, error),
      },
      stop.signal,
    );
  try {
    await hooks.setup();
    if (stop.signal.aborted) return exitCodes.cleanStop;
    logger.info('consuming the updates queue', { slots, visibilitySeconds: times.visibilityMs / 1000 });
    await Promise.all([consumer.run(), beating()]);
    if (refusal !== undefined) return refuse([redact(refusal)]);
    logger.info('stopped');
    return exitCodes.cleanStop;
  } finally {
    await hooks.stop();
    server.close();
    server.closeAllConnections();
  }
}

/** Repeated until Telegram answers: without it no handler could answer anybody. */
async function identify(
  settings: Settings,
  logger: Logger,
): Promise<BotIdentity | 'token rejected' | 'stopped'> {
  const api = fetchBotApi({ apiRoot: settings.telegramApiRoot, token: settings.botToken });
  while (!stop.signal.aborted) {
    try {
      const options = { timeoutMs: getMeTimeoutMs, signal: stop.signal };
      return await api.call<BotIdentity>('getMe', {}, options);
    } catch (error) {
      if (stop.signal.aborted) break;
      if (isTokenRejection(error)) {
        logger.error(`Telegram rejects the bot token: check it with @BotFather`, {
          error: withoutStack(error),
        });
        return 'token rejected';
      }
      logger.warn('getMe failed', { error: withoutStack(error) });
      await clock.sleep(getMeRetryMs, stop.signal);
    }
  }
  return 'stopped';
}

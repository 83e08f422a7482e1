/**
 * The polling worker as a process: settings in, exit code out. Only wiring here.
 *
 * SIGTERM and SIGINT stop it cleanly, whatever it waits for: fetching ends, handlers drain, the lock is released.
 */
import { hostname } from 'node:os';
import type { Telegraf } from 'telegraf';
import { ecsTaskArn } from '../adapters/ecs-metadata.ts';
import { reasonOf } from '../adapters/error-description.ts';
import { withoutStack } from '../adapters/handler-observer.ts';
import { startStatusServer } from '../adapters/http/status-server.ts';
import { createLogger } from '../adapters/logger.ts';
import { type OpenedQueue, openQueue } from '../adapters/open-queue.ts';
import { logProcessFaults } from '../adapters/process-faults.ts';
import { busyPort, isAddressInUse, refuse } from '../adapters/program-end.ts';
import { obeyProxy, proxyEnvironment } from '../adapters/proxy.ts';
import { redisInboxStore } from '../adapters/redis/inbox/inbox-store.ts';
import { redisUpdateJournal } from '../adapters/redis/journal/update-journal.ts';
import { redisLockStore } from '../adapters/redis/lease/lock-store.ts';
import { wakeUpChannel } from '../adapters/redis/lease/wake-up-channel.ts';
import { redisHandlersReports } from '../adapters/redis/outage/handlers-reports.ts';
import { redisOutageStore } from '../adapters/redis/outage/outage-store.ts';
import { redisWarningStore } from '../adapters/redis/outage/warning-store.ts';
import { type UpstashStore, upstashStore } from '../adapters/redis/upstash-store.ts';
import { probeStore } from '../adapters/store-probe.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { fetchBotApi } from '../adapters/telegram/fetch-bot-api.ts';
import { HandlerHooks, hookPermit } from '../adapters/telegram/handler-hooks.ts';
import { HandlersError } from '../adapters/telegram/handlers-error.ts';
import { loadFeatures } from '../adapters/telegram/load-features.ts';
import type { LoadedHandlers } from '../adapters/telegram/load-handlers.ts';
import { guardedTelegram, type TelegramBotOptions, telegramBot } from '../adapters/telegram/telegram-bot.ts';
import { logWriter } from '../adapters/terminal-log.ts';
import { version } from '../adapters/version.ts';
import { ConflictAlarm } from '../core/alerts/conflict-alarm.ts';
import { HandlersAlarm } from '../core/alerts/handlers-alarm.ts';
import type { BotApi } from '../core/platform/bot-api.ts';
import { botIdOf } from '../core/platform/bot-token.ts';
import { type ExitCode, exitCodes } from '../core/platform/exit-codes.ts';
import { oneLine } from '../core/platform/foreign-text.ts';
import type { Logger } from '../core/platform/logger.ts';
import { orAborted } from '../core/platform/or-aborted.ts';
import { redactor } from '../core/platform/redaction.ts';
import { StoreRefusedError, StoreUnreachableError, storeProblem } from '../core/platform/store-errors.ts';
import { storeKeys } from '../core/platform/store-keys.ts';
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import { type QueueSettings, readHandlersSettings } from '../core/settings/queue-settings.ts';
import { secretsIn } from '../core/settings/secrets.ts';
import { readSettings, type Settings } from '../core/settings/settings.ts';
import type { StoreSettings } from '../core/settings/shared-settings.ts';
import { misspeltVariables } from '../core/settings/variable-names.ts';
import { limitCommands } from './handlers/command-limit.ts';
import { shippedAllowedUpdates, shippedCommands } from './handlers/commands.ts';
import { BotMetrics } from './metrics.ts';
import { leaseObserver, sessionObserver } from './observer.ts';
import { type HandlersQueue, queueMode } from './queue-mode.ts';
import { Worker } from './worker.ts';

const pendingTimeoutMs = 5000;
/** Of an error in the heartbeat and in the report of failing handlers. */
const errorTextMax = 200;
/** A piece of the journal is up to 1 MB: its time has nothing to do with the lease's. */
const journalTimeoutMs = 10_000;
const pingTries = 4;
const pingRetryMs = 500;

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
process.exit(await main());

async function main(): Promise<ExitCode> {
  const read = readSettings(process.env);
  const handlers = readHandlersSettings(process.env);
  const misspelt = misspeltVariables(process.env);
  if (!read.ok || !handlers.ok)
    return refuse([
      ...(read.ok ? [] : read.problems),
      ...(handlers.ok ? [] : handlers.problems),
      ...misspelt,
    ]);
  const { settings } = read;
  const redact = redactor(secretsIn(process.env));
  const logger = createLogger({
    level: settings.logLevel,
    redact,
    clock,
    fields: { service: 'bot', pid: process.pid },
    write: logWriter(process.stdout, process.env),
  });
  for (const warning of [...read.warnings, ...misspelt]) logger.warn(warning);
  logProcessFaults(logger, () => process.exit(exitCodes.bug));
  try {
    obeyProxy(process.env);
    const features = await loadFeatures(settings.botHandlers, { logger, clock, stop: stop.signal });
    const opened = await openQueueIfNeeded(handlers.settings.queue);
    if (opened?.kind === 'stopped' || stop.signal.aborted) return exitCodes.cleanStop;
    if (opened?.kind === 'refused') return refuse([redact(opened.line)], opened.code);
    return await work(settings, { features, queue: opened?.queue }, { logger, redact });
  } catch (error) {
    if (error instanceof ConfigurationError) return refuse([error.message]);
    if (error instanceof HandlersError) return refuse([redact(error.message)]);
    if (isAddressInUse(error)) return refuse([busyPort(settings.metrics.botPort)]);
    logger.error('the worker ended because of a bug', { error });
    return exitCodes.bug;
  }
}

type Opened =
  | { readonly kind: 'open'; readonly queue: HandlersQueue }
  | Exclude<OpenedQueue, { kind: 'open' }>;

async function openQueueIfNeeded(settings: QueueSettings | undefined): Promise<Opened | undefined> {
  if (settings === undefined) return undefined;
  const opened = await openQueue(settings, {
    side: 'poller',
    environment: process.env,
    clock,
    stop: stop.signal,
  });
  return opened.kind === 'open' ? { kind: 'open', queue: { connected: opened.queue, settings } } : opened;
}

interface LogContext {
  readonly logger: Logger;
  readonly redact: (text: string) => string;
}

async function work(
  settings: Settings,
  handlers: Pick<WorkerDeps, 'features' | 'queue'>,
  { logger, redact }: LogContext,
): Promise<ExitCode> {
  const api = fetchBotApi({ apiRoot: settings.telegramApiRoot, token: settings.botToken });
  const metrics: BotMetrics = new BotMetrics(version, {
    leader: () => worker.state.isLeading(),
    epoch: () => worker.state.term?.epoch ?? 0,
    inFlight: () => worker.state.session?.ledger.inFlight ?? 0,
    journaled: () => worker.state.session?.ledger.journaled ?? 0,
  });
  const onRequest = (script: string): void => metrics.storeCommands.inc({ script });
  const store = upstashStore({ ...settings.store, timeoutMs: settings.lease.rpcTimeoutMs, onRequest });
  const bulkStore = upstashStore({ ...settings.store, timeoutMs: journalTimeoutMs, onRequest });
  const telegram = {
    token: settings.botToken,
    apiRoot: settings.telegramApiRoot,
    redact,
    proxy: proxyEnvironment(process.env),
  };
  const hooks = new HandlerHooks({
    hooks: handlers.features?.hooks ?? {},
    telegram: guardedTelegram(telegram, (method) => hookPermit(method, worker.state.term, stop.signal)),
    logger,
    clock,
    stop: stop.signal,
    drainTimeoutMs: settings.drainTimeoutMs,
  });
  const worker = makeWorker({
    settings,
    ...handlers,
    hooks,
    telegram,
    logger,
    redact,
    api,
    metrics,
    store,
    bulkStore,
    task: await orAborted(ecsTask(), stop.signal),
  });
  const server = await startStatusServer({
    port: settings.metrics.botPort,
    registry: metrics.registry,
    health: () => worker.state.report(clock.monotonicMs()),
  });
  try {
    const answers = await orAborted(storeAnswers(store, settings.store, logger), stop.signal);
    if (stop.signal.aborted) return exitCodes.cleanStop;
    if (answers !== true) return exitCodes.storeUnreachable;
    await hooks.setup();
    return stop.signal.aborted ? exitCodes.cleanStop : await worker.run(stop.signal);
  } finally {
    await hooks.stop();
    server.close();
    server.closeAllConnections();
  }
}

interface WorkerDeps extends LogContext {
  readonly settings: Settings;
  readonly features: LoadedHandlers | undefined;
  /** Set in queue mode. */
  readonly queue: HandlersQueue | undefined;
  readonly hooks: HandlerHooks;
  readonly telegram: Pick<TelegramBotOptions, 'token' | 'apiRoot' | 'redact' | 'proxy'>;
  readonly api: BotApi;
  readonly metrics: BotMetrics;
  readonly store: UpstashStore;
  /** For the big pieces of the journal. */
  readonly bulkStore: UpstashStore;
  readonly task: string | undefined;
}

function makeWorker(deps: WorkerDeps): Worker {
  const { settings, features, queue, hooks, telegram, logger, redact, api, metrics, store, bulkStore, task } =
    deps;
  const keys = storeKeys(settings.store.keyPrefix);
  const { url, token } = settings.store;
  const botId = botIdOf(settings.botToken);
  const describe = (error: unknown): string => oneLine(redact(reasonOf(error)), errorTextMax);
  const alarmDeps = {
    clock,
    warnings: redisWarningStore(store, keys, settings),
    host: hostname(),
    onTrouble: (what: string, error: unknown) =>
      logger.warn(`${what} failed`, { error: withoutStack(error) }),
  };
  const conflicts = new ConflictAlarm(alarmDeps);
  const handlers = new HandlersAlarm({
    ...alarmDeps,
    reports: redisHandlersReports(store, keys),
    epoch: () => worker.state.term?.epoch,
    describe,
  });
  const epoch = (): number => worker.state.term?.epoch ?? 0;
  const mode = queue && queueMode({ ...queue, store, keys, logger, metrics, epoch });
  void mode?.watch(stop.signal);
  const worker: Worker = new Worker({
    clock,
    random,
    logger,
    api,
    lockStore: redisLockStore(store, keys, botId),
    journal: redisUpdateJournal(store, keys, bulkStore),
    channel: wakeUpChannel({ url, token, channel: keys.wakeChannel, clock, logger }),
    makeHandler: telegramBot({
      ...telegram,
      logger,
      install: (bot) => install(bot, { settings, features: mode ? undefined : features, api, store }),
      fallback: mode?.forward,
    }),
    leaseObserver: leaseObserver(logger, metrics),
    sessionObserver: sessionObserver({
      logger,
      metrics,
      clock,
      // In queue mode the consumers tell whether handlers fail.
      handlers: mode === undefined ? handlers : { ended: () => {} },
      apiRoot: settings.telegramApiRoot,
    }),
    whileLeading: (signal) => hooks.lead(signal),
    onPolling: ({ username }) => {
      if (settings.environment === 'production') return;
      logger.info(`polling as @${username}: write to it at https://t.me/${username}`);
    },
    onConflict: () => conflicts.conflict(),
    holder: { host: hostname(), pid: process.pid, env: settings.environment, task },
    botId,
    times: settings.lease,
    whenHeld: settings.lockBusy,
    heartbeatIntervalMs: settings.heartbeatIntervalMs,
    longPollTimeoutSeconds: settings.longPollTimeoutSeconds,
    inFlightMax: settings.updatesInFlightMax,
    drainTimeoutMs: settings.drainTimeoutMs,
    allowedUpdates: allowedUpdates(features),
    forwarding: mode?.forwarding,
    endsAtConflict: settings.environment === 'development',
    dropPendingOnStop: settings.environment === 'development',
    version,
    describe,
  });
  return worker;
}

function install(
  bot: Telegraf,
  { settings, features, api, store }: Pick<WorkerDeps, 'settings' | 'features' | 'api' | 'store'>,
): void {
  const keys = storeKeys(settings.store.keyPrefix);
  const outages = redisOutageStore(store, keys);
  bot.use(
    limitCommands({ nowMs: () => clock.monotonicMs(), fallbackLocale: settings.notifyLocale }),
    shippedCommands({
      superadminIds: settings.superadminIds,
      fallbackLocale: settings.notifyLocale,
      inbox: redisInboxStore(store, keys),
      observe: () => outages.observe({ noteRun: false }),
      pendingUpdates: () => pendingUpdates(api),
    }),
  );
  if (features !== undefined) bot.use(features.middleware);
}

/** A module without `allowedUpdates` gets Telegram's default set: an empty list asks for that. */
function allowedUpdates(features: LoadedHandlers | undefined): readonly string[] {
  if (features === undefined) return shippedAllowedUpdates;
  if (features.allowedUpdates === undefined) return [];
  return [...new Set([...shippedAllowedUpdates, ...features.allowedUpdates])];
}

async function pendingUpdates(api: BotApi): Promise<number | undefined> {
  try {
    const options = { timeoutMs: pendingTimeoutMs };
    return (await api.call<{ pending_update_count: number }>('getWebhookInfo', {}, options))
      .pending_update_count;
  } catch {
    // Shown as unknown. The poll loop reports trouble with Telegram.
    return undefined;
  }
}

/** Retries an unreachable store, so that a short hiccup does not fail the start. A store that refuses will refuse again. */
async function storeAnswers(store: UpstashStore, address: StoreSettings, logger: Logger): Promise<boolean> {
  for (let triesLeft = pingTries - 1; ; triesLeft--) {
    try {
      await store.command(['PING']);
      return true;
    } catch (error) {
      if (triesLeft > 0 && error instanceof StoreUnreachableError && !stop.signal.aborted) {
        await clock.sleep(pingRetryMs, stop.signal);
        continue;
      }
      if (!(error instanceof StoreUnreachableError || error instanceof StoreRefusedError)) throw error;
      const found = error instanceof StoreUnreachableError ? await probeStore(address) : undefined;
      logger.error(`${storeProblem(error)}${found === undefined ? '' : ` (${found})`}`);
      return false;
    }
  }
}

function ecsTask(): Promise<string | undefined> {
  return ecsTaskArn(process.env['ECS_CONTAINER_METADATA_URI_V4']);
}

/**
 * The worker of production in this process: lease, polling, order per chat, journal and Telegraf, on an emulated Telegram
 * and an embedded store. Left out are metrics, alarms and signals.
 *
 * Tested by: test/testing/test-bot.test.ts
 */
import type { Context, Middleware, Telegraf } from 'telegraf';
import { reasonOf } from '../adapters/error-description.ts';
import { redisInboxStore } from '../adapters/redis/inbox/inbox-store.ts';
import { redisUpdateJournal } from '../adapters/redis/journal/update-journal.ts';
import { redisLockStore } from '../adapters/redis/lease/lock-store.ts';
import { redisOutageStore } from '../adapters/redis/outage/outage-store.ts';
import { upstashStore } from '../adapters/redis/upstash-store.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { fetchBotApi } from '../adapters/telegram/fetch-bot-api.ts';
import { HandlerHooks, hookPermit } from '../adapters/telegram/handler-hooks.ts';
import type { LoadedHandlers } from '../adapters/telegram/load-handlers.ts';
import { guardedTelegram, telegramBot } from '../adapters/telegram/telegram-bot.ts';
import { version } from '../adapters/version.ts';
import { limitCommands } from '../bot/handlers/command-limit.ts';
import { shippedCommands } from '../bot/handlers/commands.ts';
import { Worker } from '../bot/worker.ts';
import { leaseTimes } from '../core/lease/lease-times.ts';
import { botIdOf } from '../core/platform/bot-token.ts';
import type { ExitCode } from '../core/platform/exit-codes.ts';
import type { Logger } from '../core/platform/logger.ts';
import { storeKeys } from '../core/platform/store-keys.ts';
import type { HandledUpdates } from './handled-updates.ts';

export interface TestWorkerOptions {
  readonly token: string;
  readonly apiRoot: string;
  readonly store: { readonly url: string; readonly token: string };
  readonly logger: Logger;
  readonly handled: HandledUpdates;
  readonly handlers: Middleware<Context> | undefined;
  readonly hooks: LoadedHandlers['hooks'];
  readonly allowedUpdates: readonly string[];
  readonly superadminIds: readonly number[];
  readonly hasShippedCommands: boolean;
  readonly pendingUpdates: () => number;
}

export interface TestWorker {
  /** Resolves when it has ended, asked or not; rejects if the hook `setup` fails. */
  readonly ended: Promise<ExitCode>;
  /** Lets the handlers that run end. */
  stop(): Promise<void>;
}

/** A breakpoint may stop the process for that long, and the worker still leads. */
const times = leaseTimes({ ttlMs: 3_600_000, renewMs: 1_200_000 });
const storeTimeoutMs = 10_000;
const drainTimeoutMs = 5000;
const nothing = (): void => {};

export function startTestWorker(options: TestWorkerOptions): TestWorker {
  const { token, apiRoot, logger, handled } = options;
  const store = upstashStore({ ...options.store, timeoutMs: storeTimeoutMs });
  const keys = storeKeys('');
  const botId = botIdOf(token);
  const stop = new AbortController();
  const onTrouble = (what: string, error: unknown): void => logger.warn(`${what} failed`, { error });
  const telegram = { token, apiRoot, redact: (text: string) => text, proxy: undefined };
  const makeHandler = telegramBot({ ...telegram, logger, install: (bot) => install(bot, options) });
  const hooks = new HandlerHooks({
    hooks: options.hooks,
    telegram: guardedTelegram(telegram, (method) => hookPermit(method, worker.state.term, stop.signal)),
    logger,
    clock,
    stop: stop.signal,
    drainTimeoutMs,
  });
  const worker: Worker = new Worker({
    clock,
    random,
    logger,
    api: fetchBotApi({ apiRoot, token }),
    lockStore: redisLockStore(store, keys, botId),
    journal: redisUpdateJournal(store, keys),
    channel: { listen: async () => {} },
    makeHandler: (identity) => handled.watched(makeHandler(identity)),
    leaseObserver: {
      onStandby: nothing,
      onAcquired: nothing,
      onRenewed: nothing,
      onTermEnding: nothing,
      onTrouble,
    },
    sessionObserver: {
      onPoll: nothing,
      onReceived: nothing,
      onEnd: nothing,
      onOverdue: nothing,
      onBackpressure: nothing,
      onTooBig: nothing,
      onDeadLetters: nothing,
      onTrouble,
    },
    whileLeading: (signal) => hooks.lead(signal),
    onConflict: nothing,
    holder: { host: 'test', pid: process.pid, env: 'development' },
    botId,
    times,
    whenHeld: 'standby',
    heartbeatIntervalMs: 20_000,
    longPollTimeoutSeconds: 30,
    inFlightMax: 1000,
    drainTimeoutMs,
    allowedUpdates: options.allowedUpdates,
    endsAtConflict: false,
    dropPendingOnStop: false,
    version,
    describe: reasonOf,
  });
  const ended = run(worker, hooks, stop.signal);
  return {
    ended,
    async stop() {
      stop.abort();
      // A failure has been told to whoever waited.
      await ended.catch(nothing);
    },
  };
}

async function run(worker: Worker, hooks: HandlerHooks, stop: AbortSignal): Promise<ExitCode> {
  try {
    await hooks.setup();
    return await worker.run(stop);
  } finally {
    await hooks.stop();
  }
}

function install(bot: Telegraf, options: TestWorkerOptions): void {
  const { handlers, superadminIds, hasShippedCommands, pendingUpdates } = options;
  if (hasShippedCommands) {
    const store = upstashStore({ ...options.store, timeoutMs: storeTimeoutMs });
    const keys = storeKeys('');
    const outages = redisOutageStore(store, keys);
    bot.use(
      limitCommands({ nowMs: () => clock.monotonicMs(), fallbackLocale: 'ru' }),
      shippedCommands({
        superadminIds: superadminIds.map(String),
        fallbackLocale: 'ru',
        inbox: redisInboxStore(store, keys),
        observe: () => outages.observe({ noteRun: false }),
        pendingUpdates: async () => pendingUpdates(),
      }),
    );
  }
  if (handlers !== undefined) bot.use(handlers);
}

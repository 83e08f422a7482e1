/**
 * The whole system on one machine: the lab's servers, both functions, and the workers (in queue mode the consumers too)
 * with their sidecars as real child processes.
 *
 * Guarantees: nothing outside loopback is touched, and nothing is written outside the system's temporary folder. A failed
 * start and `stop` leave no process and no file.
 *
 * Tested by: test/lab/lab.test.ts
 */

import { redisAuditTrail } from '../adapters/redis/audit-trail.ts';
import { redisInboxStore } from '../adapters/redis/inbox/inbox-store.ts';
import { redisOutageStore } from '../adapters/redis/outage/outage-store.ts';
import { upstashStore } from '../adapters/redis/upstash-store.ts';
import type { Clock } from '../core/platform/clock.ts';
import { locales } from '../core/platform/locale.ts';
import type { Random } from '../core/platform/random.ts';
import { redactor } from '../core/platform/redaction.ts';
import { storeKeys } from '../core/platform/store-keys.ts';
import { startAwsEmulator } from './aws-emulator/aws-emulator.ts';
import { Conversations } from './chats/conversations.ts';
import { createServices } from './create-services.ts';
import { DrillRunner, drillIsRunning } from './drills/drill-runner.ts';
import { startTaskMetadata } from './ecs/task-metadata.ts';
import { startFunctionUrl } from './functions/function-url.ts';
import { LabFunctions } from './functions/lab-functions.ts';
import type { LabContext } from './lab-context.ts';
import { forBot, startMeasurements } from './measurements/lab-measurements.ts';
import { makeCompileCache } from './processes/compile-cache.ts';
import { findExecutable } from './processes/find-executable.ts';
import { startOrphanReaper } from './processes/orphan-reaper.ts';
import { watchServices } from './prometheus/watched-services.ts';
import { queueSize, servicesOf } from './queue-mode/queue-mode.ts';
import { startLabRedis } from './redis-rest/lab-redis.ts';
import { seedEpoch } from './redis-rest/seed-epoch.ts';
import { WorkerTokens } from './redis-rest/worker-tokens.ts';
import { watchedFile } from './settings/dev-settings.ts';
import { functionEnvironment, type LabAddresses } from './settings/lab-environment.ts';
import type { LabSettings } from './settings/lab-settings.ts';
import { ActiveTimes, labTimes } from './settings/lab-times.ts';
import { ActiveFaults } from './shared/active-faults.ts';
import { LabLog } from './shared/lab-log.ts';
import { text } from './shared/text.ts';
import { startSqsEmulator } from './sqs-emulator/sqs-emulator.ts';
import { startTelegramEmulator } from './telegram-emulator/server.ts';
import { onUnknownMethod } from './telegram-emulator/unknown-methods.ts';
import { Tour } from './tour/tour.ts';
import type { HandlersWatch } from './watch/handlers-watch.ts';
import { labWatch } from './watch/lab-watch.ts';

/** Everything that the control room shows and controls. */
export interface Lab extends LabContext {
  readonly drills: DrillRunner;
  readonly tour: Tour;
  /** Watch mode; undefined without a module of the user's own. */
  readonly watch: HandlersWatch | undefined;
  stop(): Promise<void>;
}

const storeTimeoutMs = 3000;
/** Above the ids of all real bots today. */
const botId = 7_000_000_001;

export async function startLab(settings: LabSettings, { clock, random }: Seams): Promise<Lab> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await startParts(settings, { clock, random }, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Seams {
  readonly clock: Clock;
  readonly random: Random;
}

async function startParts(
  { speed, handlers, searchPath, botEnvironment, ...settings }: LabSettings,
  { clock, random }: Seams,
  closers: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Lab> {
  const times = new ActiveTimes(labTimes(speed));
  const botToken = `${botId}:lab${random.token()}`;
  const redisToken = random.token();
  const opsLinkSecret = random.token();
  const log = new LabLog({ clock, redact: redactor([botToken, redisToken, opsLinkSecret]) });
  const ownHandlers = botEnvironment['BOT_HANDLERS'];
  const watched = watchedFile(ownHandlers);
  const cache = watched === undefined ? undefined : await makeCompileCache();
  const childEnvironment = { ...settings.childEnvironment, ...cache?.environment };
  const orphanReaper = startOrphanReaper(cache?.folder);
  closers.push(() => orphanReaper.stop());

  const redisServerPath = findExecutable('redis-server', searchPath);
  const workerTokens = new WorkerTokens(redisToken);
  const redis = await startLabRedis({ port: 0, tokens: workerTokens.tokens, redisServerPath, clock });
  closers.push(() => redis.stop());
  const telegram = forBot(botToken, await startTelegramEmulator({ clock, random }));
  onUnknownMethod(telegram, (line) => log.say('telegram', 'warn', line));
  closers.push(() => telegram.close());
  const metadata = await startTaskMetadata();
  closers.push(() => metadata.close());
  const aws = await startAwsEmulator({ services: () => servicesOf({ tasks, queue }) });
  closers.push(() => aws.close());
  const sqs = handlers === 'queue' ? await startSqsEmulator({ clock, random }) : undefined;
  closers.push(async () => sqs?.close());
  const functionUrl = await startFunctionUrl({
    handler: (event, openPage) => functions.ops(event, openPage),
    clock,
    random,
  });
  closers.push(() => functionUrl.close());

  const addresses: LabAddresses = {
    redisUrl: redis.rest.url,
    redisToken,
    telegramUrl: telegram.url,
    botToken,
    awsUrl: aws.url,
    metadataUrl: metadata.url,
    opsUrl: functionUrl.url,
    opsLinkSecret,
    queueUrl: sqs?.queueUrl,
  };
  const store = upstashStore({ url: addresses.redisUrl, token: redisToken, timeoutMs: storeTimeoutMs });
  const keys = storeKeys('');
  await seedEpoch({ url: addresses.redisUrl, token: redisToken, keyPrefix: '' });

  const functions = new LabFunctions({
    environment: functionEnvironment(addresses, times.current),
    locale: locales.find((known) => known === botEnvironment['NOTIFY_LOCALE']) ?? 'ru',
    monitorEveryMs: times.current.monitorEveryMs,
    clock,
    random,
    log,
    onAlarm: (message) => aws.publish(message),
  });
  times.onChange((current) =>
    functions.retime(functionEnvironment(addresses, current), current.monitorEveryMs),
  );
  const { tasks, queue } = createServices({
    clock,
    random,
    log,
    times,
    addresses,
    redis,
    workerTokens,
    store,
    keys,
    botEnvironment,
    childEnvironment,
    sqs,
    onStopped: (event) => void functions.taskStopped(event),
    onPids: (pids) => orphanReaper.watch(pids),
  });
  const services = servicesOf({ tasks, queue });
  const prometheus = await watchServices(services, { searchPath, clock, speed, log });
  closers.push(async () => prometheus?.stop());
  closers.push(() => Promise.all(services.map((service) => service.stop())));
  const watch =
    ownHandlers === undefined || watched === undefined
      ? undefined
      : labWatch(ownHandlers, watched, {
          clock,
          log,
          tasks,
          queue,
          environment: { ...childEnvironment, ...botEnvironment },
        });
  closers.push(async () => watch?.stop());
  // Stopped before the workers, so that their end raises no alert.
  closers.push(() => functions.stop());
  for (const service of services) service.start();
  const outages = redisOutageStore(store, keys);
  const messages = startMeasurements({
    clock,
    telegram,
    botToken,
    store,
    keys,
    outages,
    queueSize: () => queueSize({ queue }),
  });
  closers.push(() => messages.close());
  const parts: LabContext = {
    clock,
    random,
    times,
    addresses,
    log,
    redis,
    telegram,
    aws,
    tasks,
    queue,
    prometheusUrl: prometheus?.alertsUrl,
    functions,
    conversations: new Conversations({ emulator: telegram, token: botToken, clock }),
    outages,
    inbox: redisInboxStore(store, keys),
    audit: redisAuditTrail(store, keys),
    store,
    keys,
    workerTokens,
    faults: new ActiveFaults(),
    ...messages,
  };
  const { drills, tour } = drillsAndTour(parts);
  closers.push(
    () => drills.close(),
    () => tour.close(),
  );
  return { ...parts, drills, tour, watch, stop };
}

const tourIsRunning = text('the tour is running: stop it first', 'идёт экскурсия: сначала остановите её');

/** A drill and the tour exclude each other, because each would disturb the other's measurements. */
function drillsAndTour(parts: LabContext): { drills: DrillRunner; tour: Tour } {
  const drills: DrillRunner = new DrillRunner(parts, {
    busyWith: () => (tour.isRunning ? tourIsRunning : undefined),
  });
  const tour = new Tour(parts, {
    busyWith: () => {
      const [id] = drills.running;
      return id === undefined ? undefined : drillIsRunning(id);
    },
  });
  return { drills, tour };
}

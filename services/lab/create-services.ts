/**
 * The lab's ECS services, not yet started: the workers, and with an updates queue the consumers.
 *
 * Tested by: test/lab/lab.test.ts
 */
import { awsClientOptions } from '../adapters/aws-client.ts';
import { operatedQueue } from '../adapters/operated-queue.ts';
import { redisSeenConsumers } from '../adapters/redis/queue/seen-consumers.ts';
import type { UpstashStore } from '../adapters/redis/upstash-store.ts';
import type { Clock } from '../core/platform/clock.ts';
import type { Random } from '../core/platform/random.ts';
import type { StoreKeys } from '../core/platform/store-keys.ts';
import { TaskService } from './ecs/task-service.ts';
import { handlersAddress } from './handlers/handlers-address.ts';
import { type LabServices, type QueueMode, servicesOf } from './queue-mode/queue-mode.ts';
import type { LabRedis } from './redis-rest/lab-redis.ts';
import type { WorkerTokens } from './redis-rest/worker-tokens.ts';
import {
  consumerEnvironment,
  functionEnvironment,
  type LabAddresses,
  workerEnvironment,
} from './settings/lab-environment.ts';
import { handlersService, workerService } from './settings/lab-services.ts';
import type { LabSettings } from './settings/lab-settings.ts';
import type { ActiveTimes } from './settings/lab-times.ts';
import type { LabLog } from './shared/lab-log.ts';
import type { SqsEmulator } from './sqs-emulator/sqs-emulator.ts';

export interface ServicesDeps extends Pick<LabSettings, 'botEnvironment' | 'childEnvironment'> {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: LabLog;
  readonly times: ActiveTimes;
  readonly addresses: LabAddresses;
  readonly redis: LabRedis;
  readonly workerTokens: WorkerTokens;
  readonly store: UpstashStore;
  readonly keys: StoreKeys;
  /** Undefined: handlers run in the worker. */
  readonly sqs: SqsEmulator | undefined;
  /** Called with each event of a worker that has ended. */
  readonly onStopped: (event: unknown) => void;
  /** Called with the ids of all living processes on every change. */
  readonly onPids: (pids: readonly number[]) => void;
}

/** A leader and a standby. */
const workersDesired = 2;
/** So that one shows what the other does when it fails. */
const consumersDesired = 2;

export function createServices(deps: ServicesDeps): LabServices {
  const { clock, random, log, times, addresses, redis, workerTokens, botEnvironment, childEnvironment } =
    deps;
  const common = {
    clock,
    random,
    log,
    childEnvironment,
    onEnded: (id: string) => workerTokens.revoke(id, redis.rest.faults),
    onPids: () => deps.onPids(servicesOf(services).flatMap(({ pids }) => pids)),
  };
  const handlers = { ...botEnvironment, BOT_HANDLERS: handlersAddress(botEnvironment['BOT_HANDLERS']) };
  const siteOf = (task: { id: string }) => ({ ...addresses, redisToken: workerTokens.issue(task.id) });
  const tasks = new TaskService({
    ...common,
    service: workerService,
    desired: workersDesired,
    environment: (task) => ({ ...handlers, ...workerEnvironment(siteOf(task), times.forNewWorkers, task) }),
    onStopped: deps.onStopped,
  });
  const consumers = (): TaskService =>
    new TaskService({
      ...common,
      service: handlersService,
      desired: consumersDesired,
      environment: (task) => ({
        ...handlers,
        ...consumerEnvironment(siteOf(task), times.forNewWorkers, task),
      }),
    });
  const { sqs } = deps;
  const queue: QueueMode | undefined = sqs && { sqs, consumers: consumers(), watch: watchOf(sqs, deps) };
  const services = { tasks, queue };
  return services;
}

function watchOf({ queueUrl }: SqsEmulator, deps: ServicesDeps): QueueMode['watch'] {
  const { addresses, times, store, keys } = deps;
  const options = awsClientOptions(functionEnvironment(addresses, times.current), 'SQS');
  return { queue: operatedQueue(queueUrl, options), consumers: redisSeenConsumers(store, keys) };
}

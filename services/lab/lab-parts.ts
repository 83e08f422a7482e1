/** The parts that the lab is made of: what the drills, the tour and the control room work with. */
import type { UpstashStore } from '../adapters/redis/upstash-store.ts';
import type { InboxStore } from '../core/alerts/inbox-store.ts';
import type { OutageStore } from '../core/monitor/outage-store.ts';
import type { AuditTrail } from '../core/platform/audit-trail.ts';
import type { Clock } from '../core/platform/clock.ts';
import type { Random } from '../core/platform/random.ts';
import type { StoreKeys } from '../core/platform/store-keys.ts';
import type { AwsEmulator } from './aws-emulator/aws-emulator.ts';
import type { Conversations } from './chats/conversations.ts';
import type { TaskService } from './ecs/task-service.ts';
import type { LabFunctions } from './functions/lab-functions.ts';
import type { WatchedMessages } from './measurements/lab-measurements.ts';
import type { LabRedis } from './redis-rest/lab-redis.ts';
import type { StoreAccess } from './redis-rest/worker-tokens.ts';
import type { LabSite } from './settings/lab-environment.ts';
import type { TimesInForce } from './settings/lab-times.ts';
import type { FaultsInForce } from './shared/active-faults.ts';
import type { LabLog } from './shared/lab-log.ts';
import type { RunningEmulator } from './telegram-emulator/server.ts';

/** The parts that drills and the tour work with. */
export interface LabParts extends Omit<WatchedMessages, 'close'> {
  readonly clock: Clock;
  readonly random: Random;
  readonly times: TimesInForce;
  readonly site: LabSite;
  readonly log: LabLog;
  readonly redis: LabRedis;
  readonly telegram: RunningEmulator;
  readonly aws: AwsEmulator;
  readonly tasks: TaskService;
  /** Where Prometheus is on PATH, one that scrapes every sidecar. */
  readonly prometheusUrl: string | undefined;
  readonly functions: LabFunctions;
  readonly conversations: Conversations;
  readonly outages: OutageStore;
  readonly inbox: InboxStore;
  readonly audit: AuditTrail;
  /** The lab's own way to the store: no fault of a worker's is on it. */
  readonly store: UpstashStore;
  readonly keys: StoreKeys;
  /** Each worker's way to the store. */
  readonly access: StoreAccess;
  readonly faults: FaultsInForce;
}

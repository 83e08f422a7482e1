/** The lab's parts, as the drills, the tour and the control room use them. */
import type { UpstashStore } from '../adapters/redis/upstash-store.ts';
import type { InboxStore } from '../core/alerts/inbox-store.ts';
import type { OutageStore } from '../core/monitor/outage-store.ts';
import type { AuditTrail } from '../core/platform/audit-trail.ts';
import type { Clock } from '../core/platform/clock.ts';
import type { Random } from '../core/platform/random.ts';
import type { StoreKeys } from '../core/platform/store-keys.ts';
import type { AwsEmulator } from './aws-emulator/aws-emulator.ts';
import type { Conversations } from './chats/conversations.ts';
import type { LabFunctions } from './functions/lab-functions.ts';
import type { Measurements } from './measurements/lab-measurements.ts';
import type { LabServices } from './queue-mode/queue-mode.ts';
import type { LabRedis } from './redis-rest/lab-redis.ts';
import type { WorkerTokens } from './redis-rest/worker-tokens.ts';
import type { LabAddresses } from './settings/lab-environment.ts';
import type { ActiveTimes } from './settings/lab-times.ts';
import type { ActiveFaults } from './shared/active-faults.ts';
import type { LabLog } from './shared/lab-log.ts';
import type { RunningEmulator } from './telegram-emulator/server.ts';

export interface LabContext extends LabServices, Omit<Measurements, 'close'> {
  readonly clock: Clock;
  readonly random: Random;
  readonly times: ActiveTimes;
  readonly addresses: LabAddresses;
  readonly log: LabLog;
  readonly redis: LabRedis;
  readonly telegram: RunningEmulator;
  readonly aws: AwsEmulator;
  /** The alerts' page of the Prometheus that scrapes every sidecar; undefined if none is on PATH. */
  readonly prometheusUrl: string | undefined;
  readonly functions: LabFunctions;
  readonly conversations: Conversations;
  readonly outages: OutageStore;
  readonly inbox: InboxStore;
  readonly audit: AuditTrail;
  /** The lab's own connection to the store, free of the workers' faults. */
  readonly store: UpstashStore;
  readonly keys: StoreKeys;
  /** Each worker's access to the store. */
  readonly workerTokens: WorkerTokens;
  readonly faults: ActiveFaults;
}

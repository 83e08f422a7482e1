/**
 * Every alarm of the stack: what it means, the first step, the runbook heading it links, its metric, and when it rings.
 *
 * The mail of an alarm must help where no link opens, so the first step is a command to paste, with its names filled in.
 *
 * The heading stands in the runbook word for word. The alarm is named like the heading's anchor in Markdown.
 *
 * A metric without data is judged case by case: a silent monitor is broken, but an error count without data is zero.
 *
 * Tested by: test/infra/constructs/observability.test.ts
 */
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { FailedEvents } from './constructs/failed-events.ts';
import type { HandlersService } from './constructs/handlers-service.ts';
import type { HeartbeatMonitor } from './constructs/heartbeat-monitor.ts';
import type { OpsFunction } from './constructs/ops-function.ts';
import type { PollingWorker } from './constructs/polling-worker.ts';
import type { UpdatesQueue } from './constructs/updates-queue.ts';

/** What the alarms watch. */
export interface AlarmSources {
  readonly worker: PollingWorker;
  readonly monitor: HeartbeatMonitor;
  readonly ops: OpsFunction;
  readonly failedEvents: FailedEvents;
  readonly heartbeatStaleSeconds: number;
}

/** What the alarms of queue mode watch. */
export interface QueueAlarmSources {
  readonly updates: UpdatesQueue;
  readonly handlers: HandlersService;
}

export interface AlarmDefinition<Sources = AlarmSources> {
  readonly heading: string;
  /** In one sentence, for the alarm's description. */
  readonly meaning: string;
  /** Where to look or what to paste first. */
  readonly firstStep: (sources: Sources) => string;
  readonly metric: (sources: Sources) => IMetric;
  readonly rings: 'above' | 'at or above' | 'below';
  readonly threshold: number | ((sources: Sources) => number);
  /** How many periods in a row. */
  readonly periods: number;
  /** Whether it rings when the metric has no data. */
  readonly ringsWithoutData: boolean;
}

/** An alert normally goes out within a minute; after this long something holds it up. */
const undeliveredMaxSeconds = 600;
/** In five minutes. A phone's link preview or a mistyped link is no attack. */
const refusalsMax = 20;

/** An update that waits so long has kept a person waiting. */
const updateAgeMaxSeconds = 300;
/** Half of what the worker lets wait before it fetches no more. */
const queueDepthMax = 50_000;

const logs = ({ logGroup }: { readonly logGroup: LogGroup }): string =>
  `aws logs tail --region ${logGroup.stack.region} ${logGroup.logGroupName} --since 30m`;
const status = ({ ops }: AlarmSources): string => ops.invokeCommand({ action: 'status' });
const recover = ({ ops }: AlarmSources): string =>
  ops.invokeCommand({ action: 'recover', reason: 'an alarm rang' });

export const alarms = {
  monitorNotSucceeding: {
    heading: 'Monitor not succeeding',
    meaning: 'The heartbeat monitor has not completed a pass for five minutes: nothing watches the bot.',
    firstStep: ({ monitor }) => `Look why: ${logs(monitor)}`,
    metric: ({ monitor }) => monitor.metricPass(),
    rings: 'below',
    threshold: 1,
    periods: 5,
    ringsWithoutData: true,
  },
  monitorErrors: {
    heading: 'Monitor errors',
    meaning: 'The heartbeat monitor fails: most often the store cannot be read or a setting is wrong.',
    firstStep: ({ monitor }) => `Each failed run says why: ${logs(monitor)}`,
    metric: ({ monitor }) => monitor.metricErrors(),
    rings: 'at or above',
    threshold: 1,
    periods: 3,
    ringsWithoutData: false,
  },
  heartbeatOld: {
    heading: 'Heartbeat old',
    meaning: "The bot's last heartbeat is older than the limit: it does not poll, or its polls fail.",
    firstStep: (sources) => `Tap Repair in the alert in Telegram, or paste: ${recover(sources)}`,
    metric: ({ monitor }) => monitor.metricHeartbeatAge(),
    rings: 'above',
    threshold: ({ heartbeatStaleSeconds }) => heartbeatStaleSeconds,
    periods: 2,
    ringsWithoutData: false,
  },
  outageOpen: {
    heading: 'Outage open',
    meaning: 'The monitor has found the bot down and told the superadmins.',
    firstStep: (sources) => `Tap Repair in the alert in Telegram, or paste: ${recover(sources)}`,
    metric: ({ monitor }) => monitor.metricOutageOpen(),
    rings: 'at or above',
    threshold: 1,
    periods: 1,
    ringsWithoutData: false,
  },
  workerNotRunning: {
    heading: 'Worker not running',
    meaning: 'Fewer polling workers are running than the service should run.',
    firstStep: (sources) => `See under ecs why the last task stopped: ${status(sources)}`,
    metric: ({ worker }) => worker.metricRunningTasks(),
    rings: 'below',
    threshold: ({ worker }) => worker.desiredCount,
    periods: 5,
    // ECS writes no sample while no task runs.
    ringsWithoutData: true,
  },
  eventsUndelivered: {
    heading: 'Events undelivered',
    meaning:
      'An invocation of a function was given up within five minutes; its event is in the dead-letter queue.',
    firstStep: ({ failedEvents: { queue } }) =>
      `Read the event and its error: aws sqs receive-message --region ${queue.stack.region} --queue-url ${queue.queueUrl} --message-attribute-names All`,
    metric: ({ failedEvents }) => failedEvents.metricNew(),
    rings: 'at or above',
    threshold: 1,
    periods: 1,
    ringsWithoutData: false,
  },
  noticesUndelivered: {
    heading: 'Notices undelivered',
    meaning: 'An alert has waited for ten minutes: superadmins may not know of an outage.',
    firstStep: ({ monitor }) => `Look for delivery failed: ${logs(monitor)}`,
    metric: ({ monitor }) => monitor.metricOldestUndelivered(),
    rings: 'above',
    threshold: undeliveredMaxSeconds,
    periods: 2,
    ringsWithoutData: false,
  },
  unreachableRecipients: {
    heading: 'Unreachable recipients',
    meaning:
      'Telegram refuses messages to a superadmin, who never started the bot, blocked it, or has another id.',
    firstStep: (sources) => `See their ids under unreachable: ${status(sources)}`,
    metric: ({ monitor }) => monitor.metricUnreachableRecipients(),
    rings: 'at or above',
    threshold: 1,
    periods: 1,
    ringsWithoutData: false,
  },
  opsRefusals: {
    heading: 'Ops refusals',
    meaning:
      'The ops function refuses many HTTPS requests: its address is being probed, or one-tap links do not work.',
    firstStep: ({ ops }) => `Open a link of a fresh alert; if it fails, look why: ${logs(ops)}`,
    metric: ({ ops }) => ops.metricRefusals(),
    rings: 'above',
    threshold: refusalsMax,
    periods: 1,
    ringsWithoutData: false,
  },
  opsErrors: {
    heading: 'Ops errors',
    meaning: 'The ops function fails: repairs by link, by command line and after a stopped task do not work.',
    firstStep: ({ ops }) => `Look why: ${logs(ops)}`,
    metric: ({ ops }) => ops.metricErrors(),
    rings: 'at or above',
    threshold: 1,
    periods: 1,
    ringsWithoutData: false,
  },
} as const satisfies Record<string, AlarmDefinition>;

/** Those that only queue mode has. */
export const queueAlarms = {
  handlersBehind: {
    heading: 'Handlers behind',
    meaning: 'An update has waited in the queue for five minutes: people get late answers.',
    firstStep: ({ handlers }) => `Look whether handlers fail or are slow: ${logs(handlers)}`,
    metric: ({ updates }) => updates.metricOldestAge(),
    rings: 'above',
    threshold: updateAgeMaxSeconds,
    periods: 3,
    ringsWithoutData: false,
  },
  queueDeep: {
    heading: 'Queue deep',
    meaning: `More than ${queueDepthMax.toLocaleString('en-US')} updates wait in the queue; at twice as many the worker stops fetching.`,
    firstStep: ({ handlers }) => `Look whether handlers fail or are slow: ${logs(handlers)}`,
    metric: ({ updates }) => updates.metricDepth(),
    rings: 'above',
    threshold: queueDepthMax,
    periods: 3,
    ringsWithoutData: false,
  },
  updatesUndeliverable: {
    heading: 'Updates undeliverable',
    meaning: 'An update was received thirty times and never ended; it is in the dead-letter queue.',
    firstStep: ({ updates: { deadLetters } }) =>
      `Read it: aws sqs receive-message --region ${deadLetters.stack.region} --queue-url ${deadLetters.queueUrl} --message-attribute-names All`,
    metric: ({ updates }) => updates.metricDeadLetters(),
    rings: 'at or above',
    threshold: 1,
    periods: 1,
    ringsWithoutData: false,
  },
  handlersNotRunning: {
    heading: 'Handlers not running',
    meaning: 'Fewer tasks run handlers than the service should run; while none does, every update waits.',
    firstStep: ({ handlers }) => `See why the last ones ended: ${logs(handlers)}`,
    metric: ({ handlers }) => handlers.metricRunningTasks(),
    rings: 'below',
    threshold: ({ handlers }) => handlers.desiredCount,
    periods: 5,
    ringsWithoutData: true,
  },
} as const satisfies Record<string, AlarmDefinition<QueueAlarmSources>>;

export type AlarmId = keyof typeof alarms;
export type QueueAlarmId = keyof typeof queueAlarms;

const headings = Object.fromEntries(
  Object.entries({ ...alarms, ...queueAlarms }).map(([id, { heading }]) => [id, heading]),
) as Readonly<Record<AlarmId | QueueAlarmId, string>>;

/** The anchor that Markdown pages give a heading: lower case, hyphens for spaces. */
export function runbookAnchor(id: AlarmId | QueueAlarmId): string {
  return headings[id].toLowerCase().replaceAll(' ', '-');
}

/** `step`: the first step, with the names filled in. */
export function alarmDescription(
  id: AlarmId | QueueAlarmId,
  { meaning, step, runbookUrl }: { meaning: string; step: string; runbookUrl: string },
): string {
  return `${meaning} ${step}\nRunbook: ${runbookUrl}#${runbookAnchor(id)}`;
}

/**
 * The alarms of `infra/alarms.ts`, which report to the alert topic when they ring and when they are over, and the
 * dashboard.
 *
 * A pause and its end. CloudWatch reports a change of state only, and an alarm keeps its state through an update. So in a
 * paused stack missing data is no problem: otherwise an alarm would go off unheard, and stay silent after the pause. When
 * the worker starts, the alarms that ring without data would go off at once, for the minutes before; they hold back for
 * `graceMinutes`. After that an alarm that still has a reason rings.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
 */
import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import {
  type AlarmDefinition,
  type AlarmId,
  type AlarmSources,
  alarmDescription,
  alarms,
  type QueueAlarmId,
  type QueueAlarmSources,
  queueAlarms,
  runbookAnchor,
} from '../alarms.ts';
import type { AlertTopic } from './alert-topic.ts';
import type { SecretsCheck } from './secrets-check.ts';

export interface ObservabilityProps extends AlarmSources {
  /** Undefined: handlers run in the worker. */
  readonly queueMode: QueueAlarmSources | undefined;
  readonly alertTopic: AlertTopic;
  readonly runbookUrl: string;
  /** Reports each start of the worker. Undefined: the stack is paused, and no alarm rings. */
  readonly check: SecretsCheck | undefined;
}

interface AlarmToMake<Sources> {
  readonly definition: AlarmDefinition<Sources>;
  readonly sources: Sources;
  readonly description: string;
  /** The alarm that says that the worker starts; undefined while paused. */
  readonly started: cloudwatch.Alarm | undefined;
}

/** Longer than a start takes, and than the alarms that ring without data look back. */
const graceMinutes = 15;

const comparisons: Readonly<Record<AlarmDefinition['rings'], cloudwatch.ComparisonOperator>> = {
  above: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
  'at or above': cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
};

export class Observability extends Construct {
  readonly dashboard: cloudwatch.Dashboard;
  private readonly made: cloudwatch.AlarmBase[];

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const action = new SnsAction(props.alertTopic.topic);
    const started = props.check === undefined ? undefined : this.startAlarm(props.check);
    const { runbookUrl, queueMode } = props;
    const make = <Sources>(
      id: AlarmId | QueueAlarmId,
      definition: AlarmDefinition<Sources>,
      sources: Sources,
    ): cloudwatch.AlarmBase => {
      const step = definition.firstStep(sources);
      const description = alarmDescription(id, { meaning: definition.meaning, step, runbookUrl });
      const alarm = this.makeAlarm(id, { definition, sources, description, started });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    };
    this.made = [
      ...(Object.keys(alarms) as AlarmId[]).map((id) => make<AlarmSources>(id, alarms[id], props)),
      ...(queueMode === undefined
        ? []
        : (Object.keys(queueAlarms) as QueueAlarmId[]).map((id) =>
            make<QueueAlarmSources>(id, queueAlarms[id], queueMode),
          )),
    ];
    this.dashboard = this.makeDashboard(props);
    // The monitor runs again before its silence counts.
    this.node.addDependency(props.monitor.schedule);
  }

  /** In alarm while the last start is recent. It reports to nobody; the others look at it. */
  private startAlarm(check: SecretsCheck): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, 'Starting', {
      alarmName: `${Stack.of(this).stackName}-starting`,
      alarmDescription: `The worker started within ${graceMinutes} minutes. This is no problem: other alarms wait.`,
      metric: check.metricStarting(),
      threshold: 1,
      comparisonOperator: comparisons['at or above'],
      evaluationPeriods: graceMinutes,
      datapointsToAlarm: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  /** What reports: the alarm itself, or the one that waits for the end of a start. */
  private makeAlarm<Sources>(
    id: AlarmId | QueueAlarmId,
    { definition, sources, description, started }: AlarmToMake<Sources>,
  ): cloudwatch.AlarmBase {
    const constructId = definition.heading.replaceAll(' ', '');
    const name = `${Stack.of(this).stackName}-${runbookAnchor(id)}`;
    const isPaused = started === undefined;
    const { ringsWithoutData } = definition;
    const alarm = new cloudwatch.Alarm(this, constructId, {
      ...conditionsOf(definition, sources),
      alarmName: name,
      alarmDescription: description,
      treatMissingData:
        ringsWithoutData && !isPaused
          ? cloudwatch.TreatMissingData.BREACHING
          : cloudwatch.TreatMissingData.NOT_BREACHING,
      actionsEnabled: !isPaused && !ringsWithoutData,
    });
    if (!ringsWithoutData) return alarm;
    return new cloudwatch.CompositeAlarm(this, `${constructId}Lasting`, {
      compositeAlarmName: `${name}-lasting`,
      alarmDescription: description,
      alarmRule: afterGrace(alarm, started),
      actionsEnabled: !isPaused,
    });
  }

  private makeDashboard({
    worker,
    monitor,
    ops,
    failedEvents,
    queueMode,
  }: ObservabilityProps): cloudwatch.Dashboard {
    const graph: Graph = (title, ...left) =>
      new cloudwatch.GraphWidget({ title, left, width: 8, leftYAxis: { min: 0 } });
    return new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: Stack.of(this).stackName,
      defaultInterval: Duration.hours(6),
      widgets: [
        [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: this.made, width: 24 })],
        [
          graph('Heartbeat age, seconds', monitor.metricHeartbeatAge()),
          graph('Outage open', monitor.metricOutageOpen()),
          graph('Workers running', worker.metricRunningTasks()),
        ],
        [
          graph('Monitor: full passes', monitor.metricPass()),
          graph('Functions: errors', monitor.function.metricErrors(), ops.function.metricErrors()),
          graph('Functions: duration, ms', monitor.function.metricDuration(), ops.function.metricDuration()),
        ],
        [
          graph('Oldest undelivered alert, seconds', monitor.metricOldestUndelivered()),
          graph('Unreachable superadmins', monitor.metricUnreachableRecipients()),
          graph('Failed events', failedEvents.metricWaiting()),
          graph('Worker: CPU and memory, %', worker.metricCpu(), worker.metricMemory()),
        ],
        ...(queueMode === undefined ? [] : [queueRow(queueMode, graph)]),
      ],
    });
  }
}

type Graph = (title: string, ...left: cloudwatch.IMetric[]) => cloudwatch.GraphWidget;

function queueRow({ updates, handlers }: QueueAlarmSources, graph: Graph): cloudwatch.IWidget[] {
  return [
    graph('Oldest update in the queue, seconds', updates.metricOldestAge()),
    graph('Updates waiting and being handled', updates.metricDepth(), updates.metricInFlight()),
    graph('Handlers running', handlers.metricRunningTasks()),
    graph('Handlers: CPU and memory, %', handlers.metricCpu(), handlers.metricMemory()),
  ];
}

function conditionsOf<Sources>(
  { metric, rings, threshold, periods }: AlarmDefinition<Sources>,
  sources: Sources,
): cloudwatch.AlarmProps {
  return {
    metric: metric(sources),
    threshold: typeof threshold === 'number' ? threshold : threshold(sources),
    comparisonOperator: comparisons[rings],
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
  };
}

/** `OK`, not "not in alarm": a new alarm has no data yet, and the start may be a minute old. */
function afterGrace(alarm: cloudwatch.Alarm, started: cloudwatch.Alarm | undefined): cloudwatch.IAlarmRule {
  const rule = cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM);
  if (started === undefined) return rule;
  return cloudwatch.AlarmRule.allOf(rule, cloudwatch.AlarmRule.fromAlarm(started, cloudwatch.AlarmState.OK));
}

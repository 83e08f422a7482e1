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
  runbookAnchor,
} from '../alarms.ts';
import type { AlertTopic } from './alert-topic.ts';
import type { SecretsCheck } from './secrets-check.ts';

export interface ObservabilityProps extends AlarmSources {
  readonly alertTopic: AlertTopic;
  readonly runbookUrl: string;
  /** Reports each start of the worker. Undefined: the stack is paused, and no alarm rings. */
  readonly check: SecretsCheck | undefined;
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
    this.made = (Object.keys(alarms) as AlarmId[]).map((alarmId) => {
      const alarm = this.makeAlarm(alarmId, props, started);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
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
  private makeAlarm(
    id: AlarmId,
    props: ObservabilityProps,
    started: cloudwatch.Alarm | undefined,
  ): cloudwatch.AlarmBase {
    const constructId = alarms[id].heading.replaceAll(' ', '');
    const name = `${Stack.of(this).stackName}-${runbookAnchor(id)}`;
    const description = alarmDescription(id, props, props.runbookUrl);
    const isPaused = started === undefined;
    const { ringsWithoutData } = alarms[id];
    const alarm = new cloudwatch.Alarm(this, constructId, {
      ...conditionsOf(alarms[id], props),
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

  private makeDashboard({ worker, monitor, ops, failedEvents }: ObservabilityProps): cloudwatch.Dashboard {
    const graph = (title: string, ...left: cloudwatch.IMetric[]) =>
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
      ],
    });
  }
}

function conditionsOf(
  { metric, rings, threshold, periods }: AlarmDefinition,
  sources: AlarmSources,
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

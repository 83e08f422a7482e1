/**
 * The alarms of `infra/alarms.ts`, which report to the alert topic when they ring and when they are over, and the
 * dashboard.
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

export interface ObservabilityProps extends AlarmSources {
  readonly alertTopic: AlertTopic;
  readonly runbookUrl: string;
  /** A stack that is stopped on purpose rings no alarm. */
  readonly paused: boolean;
}

const comparisons: Readonly<Record<AlarmDefinition['rings'], cloudwatch.ComparisonOperator>> = {
  above: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
  'at or above': cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
};

export class Observability extends Construct {
  readonly dashboard: cloudwatch.Dashboard;
  private readonly made: cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const action = new SnsAction(props.alertTopic.topic);
    this.made = (Object.keys(alarms) as AlarmId[]).map((alarmId) => {
      const alarm = this.makeAlarm(alarmId, props);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
    this.dashboard = this.makeDashboard(props);
  }

  private makeAlarm(id: AlarmId, props: ObservabilityProps): cloudwatch.Alarm {
    const { heading, metric, rings, threshold, periods, ringsWithoutData }: AlarmDefinition = alarms[id];
    return new cloudwatch.Alarm(this, heading.replaceAll(' ', ''), {
      alarmName: `${Stack.of(this).stackName}-${runbookAnchor(id)}`,
      alarmDescription: alarmDescription(id, props.runbookUrl),
      metric: metric(props),
      threshold: typeof threshold === 'number' ? threshold : threshold(props),
      comparisonOperator: comparisons[rings],
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: ringsWithoutData
        ? cloudwatch.TreatMissingData.BREACHING
        : cloudwatch.TreatMissingData.NOT_BREACHING,
      actionsEnabled: !props.paused,
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
          graph('Failed events', failedEvents.metricWaiting()),
          graph('Worker: CPU and memory, %', worker.metricCpu(), worker.metricMemory()),
        ],
      ],
    });
  }
}

/**
 * The alarms, each of which tells the alert topic when it rings and when it is over, and the dashboard.
 *
 * What an alarm means and which runbook heading it links stands in `alarms.ts`; here stand its metric and its limit.
 * Silence is judged case by case: a monitor that says nothing is broken, an error count that says nothing is zero.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import { type AlarmId, alarmDescription, alarms, runbookAnchor } from '../alarms.ts';
import type { FailedEvents } from './failed-events.ts';
import type { HeartbeatMonitor } from './heartbeat-monitor.ts';
import type { Notifications } from './notifications.ts';
import type { OpsFunction } from './ops-function.ts';
import type { PollingWorker } from './polling-worker.ts';

export interface ObservabilityProps {
  readonly worker: PollingWorker;
  readonly monitor: HeartbeatMonitor;
  readonly ops: OpsFunction;
  readonly failedEvents: FailedEvents;
  readonly notifications: Notifications;
  readonly heartbeatStaleSeconds: number;
  readonly runbookUrl: string;
  /** Nothing is wrong with a stack that is stopped on purpose. */
  readonly paused: boolean;
}

interface AlarmRule {
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly comparison: cloudwatch.ComparisonOperator;
  /** How many periods in a row. */
  readonly periods: number;
  readonly missing: cloudwatch.TreatMissingData;
}

const { GREATER_THAN_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD, LESS_THAN_THRESHOLD } =
  cloudwatch.ComparisonOperator;
const { BREACHING, NOT_BREACHING } = cloudwatch.TreatMissingData;

/** A notice normally goes out within a minute; after this long something holds it up. */
const undeliveredMaxSeconds = 600;
/** A phone's preview or a mistyped link is no attack. */
const refusalsMax = 20;

export class Observability extends Construct {
  readonly dashboard: cloudwatch.Dashboard;
  private readonly made: cloudwatch.Alarm[] = [];

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const action = new SnsAction(props.notifications.topic);
    for (const [name, rule] of Object.entries(alarmRules(props))) {
      const alarm = this.makeAlarm(name as AlarmId, rule, props);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      this.made.push(alarm);
    }
    this.dashboard = this.makeDashboard(props);
  }

  private makeAlarm(
    id: AlarmId,
    rule: AlarmRule,
    { runbookUrl, paused }: ObservabilityProps,
  ): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, alarms[id].heading.replaceAll(' ', ''), {
      alarmName: `${Stack.of(this).stackName}-${runbookAnchor(id)}`,
      alarmDescription: alarmDescription(id, runbookUrl),
      metric: rule.metric,
      threshold: rule.threshold,
      comparisonOperator: rule.comparison,
      evaluationPeriods: rule.periods,
      datapointsToAlarm: rule.periods,
      treatMissingData: rule.missing,
      actionsEnabled: !paused,
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
          graph('Running workers', worker.metricRunningTasks()),
        ],
        [
          graph('Monitor: full passes', monitor.metricPass()),
          graph('Functions: errors', monitor.function.metricErrors(), ops.function.metricErrors()),
          graph('Functions: duration, ms', monitor.function.metricDuration(), ops.function.metricDuration()),
        ],
        [
          graph('Oldest undelivered notice, seconds', monitor.metricOldestUndelivered()),
          graph('Failed events', failedEvents.metricWaiting()),
          graph('Worker: CPU and memory, %', worker.metricCpu(), worker.metricMemory()),
        ],
      ],
    });
  }
}

function alarmRules(props: ObservabilityProps): Record<AlarmId, AlarmRule> {
  const { worker, monitor, ops, failedEvents, heartbeatStaleSeconds } = props;
  const minute = { period: Duration.minutes(1), statistic: 'Sum' };
  return {
    monitorNotSucceeding: below(monitor.metricPass(), 1, 5, BREACHING),
    monitorErrors: atLeast(monitor.function.metricErrors(minute), 1, 3),
    heartbeatOld: above(monitor.metricHeartbeatAge(), heartbeatStaleSeconds, 2),
    outageOpen: atLeast(monitor.metricOutageOpen(), 1, 1),
    // ECS writes no sample at all when no task runs.
    workerNotRunning: below(worker.metricRunningTasks(), worker.desiredCount, 5, BREACHING),
    eventsUndelivered: atLeast(failedEvents.metricWaiting(), 1, 1),
    noticesUndelivered: above(monitor.metricOldestUndelivered(), undeliveredMaxSeconds, 2),
    opsRefusals: above(ops.metricRefusals(), refusalsMax, 1),
    opsErrors: atLeast(ops.function.metricErrors(minute), 1, 1),
  };
}

function above(metric: cloudwatch.IMetric, threshold: number, periods: number): AlarmRule {
  return { metric, threshold, comparison: GREATER_THAN_THRESHOLD, periods, missing: NOT_BREACHING };
}

function atLeast(metric: cloudwatch.IMetric, threshold: number, periods: number): AlarmRule {
  return {
    metric,
    threshold,
    comparison: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    periods,
    missing: NOT_BREACHING,
  };
}

function below(
  metric: cloudwatch.IMetric,
  threshold: number,
  periods: number,
  missing: cloudwatch.TreatMissingData,
): AlarmRule {
  return { metric, threshold, comparison: LESS_THAN_THRESHOLD, periods, missing };
}

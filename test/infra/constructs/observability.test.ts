import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { metricDimension, metricNamespace, metrics } from '../../../functions/heartbeat-monitor/contract.ts';
import { type AlarmId, alarms, runbookAnchor } from '../../../infra/alarms.ts';
import { resources, synthesise, theResource } from '../support/synthesised.ts';

type Alarm = Record<string, unknown>;

function alarmsOf(context = {}): ReadonlyMap<string, Alarm> {
  const found = Object.values(resources(synthesise(context), 'AWS::CloudWatch::Alarm'));
  return new Map(found.map(({ Properties }) => [String(Properties['AlarmName']), Properties]));
}

const monitorOf = (template: Template) => theResource(template, 'AWS::Lambda::Function', 'Monitor');
const byName = alarmsOf();
const alarm = (id: AlarmId, all = byName): Alarm => {
  const found = all.get(`StaffProBot-production-${runbookAnchor(id)}`);
  if (found === undefined) throw new Error(`no alarm ${id}`);
  return found;
};

describe('the alarms', () => {
  it('are exactly those of infra/alarms.ts', () => {
    const listed = Object.keys(alarms).map((id) => `StaffProBot-production-${runbookAnchor(id as AlarmId)}`);
    expect([...byName.keys()].toSorted()).toEqual(listed.toSorted());
  });

  it.each(Object.keys(alarms) as AlarmId[])(
    '%s reports to the topic, links its heading, and decides about missing data',
    (id) => {
      const { AlarmActions, OKActions, AlarmDescription, TreatMissingData, ActionsEnabled, Period } =
        alarm(id);
      const topic = [{ Ref: expect.stringMatching(/^NotificationsTopic/) }];
      expect(AlarmActions).toEqual(topic);
      expect(OKActions).toEqual(topic);
      expect(AlarmDescription).toBe(`${alarms[id].meaning} What to do: docs/runbook.md#${runbookAnchor(id)}`);
      expect(['breaching', 'notBreaching']).toContain(TreatMissingData);
      expect(ActionsEnabled).toBe(true);
      expect(Number(Period) % 60).toBe(0);
    },
  );

  it('link the runbook where the team keeps it', () => {
    const runbookUrl = 'https://wiki.example.com/runbook';
    const { AlarmDescription } = alarm('outageOpen', alarmsOf({ runbookUrl }));
    expect(AlarmDescription).toContain(`${runbookUrl}#outage-open`);
  });

  it('ring when the monitor is silent', () => {
    expect(alarm('monitorNotSucceeding')).toMatchObject({
      Namespace: metricNamespace,
      MetricName: metrics.pass,
      Dimensions: [{ Name: metricDimension, Value: { Ref: monitorOf(synthesise()).id } }],
      Statistic: 'Sum',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 5,
      TreatMissingData: 'breaching',
    });
  });

  it('ring at the same heartbeat age as the monitor', () => {
    expect(alarm('heartbeatOld')).toMatchObject({ MetricName: metrics.heartbeatAge, Threshold: 300 });
    const { Threshold } = alarm('heartbeatOld', alarmsOf({ heartbeatStaleSeconds: '120' }));
    expect(Threshold).toBe(120);
  });

  it('ring when fewer workers run than desired, even if none does', () => {
    expect(alarm('workerNotRunning')).toMatchObject({
      Namespace: 'AWS/ECS',
      MetricName: 'CPUUtilization',
      Statistic: 'SampleCount',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(alarm('workerNotRunning', alarmsOf({ standbyCount: 2 }))['Threshold']).toBe(3);
  });

  it('ring at the first open outage and at the first event that was given up', () => {
    const first = { Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', EvaluationPeriods: 1 };
    expect(alarm('outageOpen')).toMatchObject({ ...first, MetricName: metrics.outageOpen });
    expect(alarm('eventsUndelivered')).toMatchObject({
      ...first,
      MetricName: 'ApproximateNumberOfMessagesVisible',
    });
  });

  it('ring when an alert waits, and when the ops function fails or refuses many requests', () => {
    expect(alarm('noticesUndelivered')).toMatchObject({
      MetricName: metrics.oldestUndelivered,
      Threshold: 600,
    });
    expect(alarm('opsErrors')).toMatchObject({ Namespace: 'AWS/Lambda', MetricName: 'Errors' });
    expect(alarm('opsRefusals')).toMatchObject({ Namespace: 'AWS/Lambda', MetricName: 'Url4xxCount' });
  });

  it('are quiet while the stack is paused', () => {
    for (const { ActionsEnabled } of alarmsOf({ paused: true }).values()) expect(ActionsEnabled).toBe(false);
  });

  it('watch only the monitor of their own stack, whose function CloudFormation names', () => {
    const second = { stackName: 'StaffProBot-second' };
    const ofMonitor = [...alarmsOf(second).values()].filter(({ Namespace }) => Namespace === metricNamespace);
    expect(ofMonitor).toHaveLength(4);
    const { id, Properties } = monitorOf(synthesise(second));
    expect(Properties['FunctionName']).toBeUndefined();
    for (const { Dimensions } of ofMonitor) {
      expect(Dimensions).toEqual([{ Name: metricDimension, Value: { Ref: id } }]);
    }
  });

  it('carry the environment in their names', () => {
    const names = [...alarmsOf({ environment: 'staging' }).keys()];
    expect(names.every((name) => name.startsWith('StaffProBot-staging-'))).toBe(true);
  });
});

describe('the dashboard', () => {
  it('shows every alarm and every metric of the monitor', () => {
    const { Properties } = theResource(synthesise(), 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(Properties['DashboardBody']);
    for (const name of Object.values(metrics)) expect(body).toContain(name);
    expect(body.match(/Observability\w+/g)?.length).toBeGreaterThanOrEqual(Object.keys(alarms).length);
  });
});

import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { metrics } from '../../../functions/heartbeat-monitor/contract.ts';
import { metrics as checkMetrics } from '../../../functions/secrets-check/contract.ts';
import { metricDimension, metricNamespace } from '../../../functions/shared/contract.ts';
import {
  type AlarmId,
  alarms,
  type QueueAlarmId,
  queueAlarms,
  runbookAnchor,
} from '../../../infra/alarms.ts';
import { readPayload } from '../../../services/core/ops/payload.ts';
import { resources, synthesise, theResource } from '../support/synthesised.ts';

type Alarm = Record<string, unknown>;

const metricAlarm = 'AWS::CloudWatch::Alarm';
const compositeAlarm = 'AWS::CloudWatch::CompositeAlarm';

function alarmsOf(context = {}, type = metricAlarm): ReadonlyMap<string, Alarm> {
  const found = Object.values(resources(synthesise(context), type));
  return new Map(found.map(({ Properties }) => [String(Properties['AlarmName']), Properties]));
}

const monitorOf = (template: Template) => theResource(template, 'AWS::Lambda::Function', 'Monitor');
const byName = alarmsOf();
const nameOf = (id: AlarmId) => `StaffProBot-production-${runbookAnchor(id)}`;
const ids = Object.keys(alarms) as AlarmId[];

function named(name: string, all: ReadonlyMap<string, Alarm>): Alarm {
  const found = all.get(name);
  if (found === undefined) throw new Error(`no alarm ${name}`);
  return found;
}
const alarm = (id: AlarmId, all = byName): Alarm => named(nameOf(id), all);
/** What reports of an alarm: itself, or the one that waits for the end of a start. */
const reporting = (id: AlarmId, context = {}): Alarm =>
  alarms[id].ringsWithoutData
    ? named(`${nameOf(id)}-lasting`, alarmsOf(context, compositeAlarm))
    : alarm(id, alarmsOf(context));

/** A text that CloudFormation joins, with `<names>` that it fills in. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join, Ref } = value as { 'Fn::Join'?: [string, unknown[]]; Ref?: string };
  if (join !== undefined) return join[1].map(asText).join(join[0]);
  return `<${Ref}>`;
}

describe('the alarms', () => {
  it('are exactly those of infra/alarms.ts, and one that says that the worker starts', () => {
    const listed = [...ids.map(nameOf), 'StaffProBot-production-starting'];
    expect([...byName.keys()].toSorted()).toEqual(listed.toSorted());
  });

  it('of queue mode are beside them only there, and say their first step too', () => {
    const all = alarmsOf({ handlers: 'queue', handlerTasks: 2, handlerTasksMax: 4 });
    const composite = alarmsOf({ handlers: 'queue' }, compositeAlarm);
    for (const id of Object.keys(queueAlarms) as QueueAlarmId[]) {
      const name = `StaffProBot-production-${runbookAnchor(id)}`;
      const { ringsWithoutData, meaning } = queueAlarms[id];
      const { AlarmDescription } = ringsWithoutData ? named(`${name}-lasting`, composite) : named(name, all);
      const text = asText(AlarmDescription);
      expect(text.startsWith(`${meaning} `)).toBe(true);
      expect(text).toMatch(/: aws (?:logs tail|sqs receive-message) --region \S+ .*<(?:Handlers|Updates)/);
      expect(text.endsWith(`\nRunbook: docs/runbook.md#${runbookAnchor(id)}`)).toBe(true);
      expect([...byName.keys()]).not.toContain(name);
    }
    expect(named('StaffProBot-production-handlers-not-running', all)['Threshold']).toBe(2);
  });

  it.each(ids)('%s reports to the topic, links its heading, and decides about missing data', (id) => {
    const { AlarmActions, OKActions, AlarmDescription, ActionsEnabled } = reporting(id);
    const topic = [{ Ref: expect.stringMatching(/^NotificationsTopic/) }];
    expect(AlarmActions).toEqual(topic);
    expect(OKActions).toEqual(topic);
    const text = asText(AlarmDescription);
    expect(text.startsWith(`${alarms[id].meaning} `)).toBe(true);
    expect(text.endsWith(`\nRunbook: docs/runbook.md#${runbookAnchor(id)}`)).toBe(true);
    expect(ActionsEnabled).toBe(true);
    const { TreatMissingData, Period } = alarm(id);
    expect(TreatMissingData).toBe(alarms[id].ringsWithoutData ? 'breaching' : 'notBreaching');
    expect(Number(Period) % 60).toBe(0);
  });

  it.each(ids)('%s says its first step in its own text, with a command to paste', (id) => {
    const text = asText(reporting(id)['AlarmDescription']);
    const [step = '', link] = text.slice(alarms[id].meaning.length + 1).split('\n');
    expect(step).toMatch(
      /: aws (?:lambda invoke|logs tail|sqs receive-message) --region \S+ .*<(?:Ops|Monitor|FailedEvents)/,
    );
    expect(link).toContain('Runbook: ');
    // CloudWatch takes 1024 characters; a name that CloudFormation fills in may have 128.
    expect(text.replace(/<[^>]+>/g, 'x'.repeat(128)).length).toBeLessThanOrEqual(1024);
    const [, payload] = /--payload '([^']+)'/.exec(step) ?? [];
    if (payload !== undefined) expect(readPayload(JSON.parse(payload))).toMatchObject({ ok: true });
  });

  it('that tell of a silent bot carry the command that repairs it', () => {
    for (const id of ['heartbeatOld', 'outageOpen'] as const) {
      expect(asText(alarm(id)['AlarmDescription'])).toContain('"action":"recover"');
    }
  });

  it('link the runbook where the team keeps it', () => {
    const runbookUrl = 'https://wiki.example.com/runbook';
    const { AlarmDescription } = alarm('outageOpen', alarmsOf({ runbookUrl }));
    expect(asText(AlarmDescription)).toContain(`${runbookUrl}#outage-open`);
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
    // Not the number that waits: one event would ring for the two weeks that the queue keeps it.
    expect(alarm('eventsUndelivered')).toMatchObject({
      ...first,
      MetricName: 'NumberOfMessagesSent',
      Statistic: 'Sum',
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

  it('are quiet while the stack is paused, and in no state that would keep them quiet afterwards', () => {
    const paused = { paused: true };
    for (const id of ids) {
      expect(reporting(id, paused)['ActionsEnabled']).toBe(false);
      expect(alarm(id, alarmsOf(paused))['TreatMissingData']).toBe('notBreaching');
    }
  });

  it('that ring without data report only when a start is over', () => {
    const waiting = ids.filter((id) => alarms[id].ringsWithoutData);
    expect(waiting).toEqual(['monitorNotSucceeding', 'workerNotRunning']);
    const template = synthesise();
    const check = theResource(template, 'AWS::Lambda::Function', 'SecretsCheck').id;
    expect(named('StaffProBot-production-starting', byName)).toMatchObject({
      Namespace: metricNamespace,
      MetricName: checkMetrics.starting,
      Dimensions: [{ Name: metricDimension, Value: { Ref: check } }],
      EvaluationPeriods: 15,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
    for (const id of waiting) {
      expect(JSON.stringify(reporting(id)['AlarmRule'])).toMatch(
        /ALARM\(.*Observability.*\) AND OK\(.*ObservabilityStarting/,
      );
      expect(alarm(id)['ActionsEnabled']).toBe(false);
    }
  });

  it('count from when the monitor runs again', () => {
    const template = synthesise();
    const rule = theResource(template, 'AWS::Events::Rule', 'MonitorEveryMinute').id;
    for (const type of [metricAlarm, compositeAlarm]) {
      for (const { DependsOn } of Object.values(resources(template, type))) expect(DependsOn).toContain(rule);
    }
  });

  it('watch only the monitor of their own stack, whose function CloudFormation names', () => {
    const second = { stackName: 'StaffProBot-second' };
    const ofMonitor = [...alarmsOf(second).values()].filter(({ Namespace }) => Namespace === metricNamespace);
    expect(ofMonitor).toHaveLength(6);
    const { id, Properties } = monitorOf(synthesise(second));
    expect(Properties['FunctionName']).toBeUndefined();
    const check = theResource(synthesise(second), 'AWS::Lambda::Function', 'SecretsCheck').id;
    for (const { Dimensions, MetricName } of ofMonitor) {
      const of = MetricName === checkMetrics.starting ? check : id;
      expect(Dimensions).toEqual([{ Name: metricDimension, Value: { Ref: of } }]);
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

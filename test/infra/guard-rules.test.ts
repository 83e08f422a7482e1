import { describe, expect, it } from 'vitest';
import { guardRules } from '../../infra/guard-rules/rules.ts';
import type { Template } from '../../infra/guard-rules/template.ts';
import { synthesise } from './support/synthesised.ts';

type Tree = Record<string, unknown>;
type Edit = (properties: Tree) => void;

const alarm = 'AWS::CloudWatch::Alarm';
const sound = synthesise({ links: true, autoRestartMinutes: 5 }).toJSON() as Template;

/** The sound template with one resource of a type changed. */
function spoilt(type: string, edit: Edit): Template {
  const copy = structuredClone(sound) as { Resources: Record<string, { Type: string; Properties: Tree }> };
  // Of the alarms one that reports by itself.
  const resource = Object.values(copy.Resources).find(
    ({ Type, Properties }) => Type === type && (type !== alarm || Properties['AlarmActions'] !== undefined),
  );
  if (resource === undefined) throw new Error(`no ${type}`);
  edit(resource.Properties);
  return copy as unknown as Template;
}

const firstOf = (value: unknown): Tree => (value as Tree[])[0] ?? {};
const container =
  (edit: Edit): Edit =>
  (task) =>
    edit(firstOf(task['ContainerDefinitions']));
const target =
  (edit: Edit): Edit =>
  (rule) =>
    edit(firstOf(rule['Targets']));
const statement =
  (edit: Edit): Edit =>
  (policy) =>
    edit(firstOf((policy['PolicyDocument'] as Tree)['Statement']));
const set =
  (name: string, value: unknown): Edit =>
  (properties) => {
    properties[name] = value;
  };

const task = 'AWS::ECS::TaskDefinition';
const spoiled: readonly [rule: string, what: string, type: string, edit: Edit][] = [
  ['alarm-period', 'a period of 45 s', alarm, set('Period', 45)],
  ['alarm-runbook', 'no description', alarm, set('AlarmDescription', undefined)],
  ['alarm-runbook', 'no heading', alarm, set('AlarmDescription', 'What to do: docs/runbook.md')],
  ['alarm-runbook', 'an unknown heading', alarm, set('AlarmDescription', 'docs/runbook.md#no-such-heading')],
  [
    'alarm-runbook',
    'an unknown heading in a joined text',
    alarm,
    set('AlarmDescription', { 'Fn::Join': ['', ['see ', { Ref: 'x' }, ' docs/runbook.md#no-such-heading']] }),
  ],
  ['alarm-heard', 'no action', alarm, set('AlarmActions', [])],
  ['alarm-heard', 'no action when over', alarm, set('OKActions', undefined)],
  [
    'alarm-heard',
    'a composite alarm without action',
    'AWS::CloudWatch::CompositeAlarm',
    set('AlarmActions', []),
  ],
  [
    'alarm-heard',
    'an alarm that no composite looks at any more',
    'AWS::CloudWatch::CompositeAlarm',
    set('AlarmRule', 'FALSE'),
  ],
  ['alarm-heard', 'no decision about missing data', alarm, set('TreatMissingData', undefined)],
  [
    'topic-open-to-alarms',
    'a policy with its Deny alone',
    'AWS::SNS::TopicPolicy',
    (policy) => (policy['PolicyDocument'] as { Statement: unknown[] }).Statement.splice(1),
  ],
  [
    'topic-open-to-alarms',
    'a policy of another topic',
    'AWS::SNS::TopicPolicy',
    set('Topics', [{ Ref: 'Other' }]),
  ],
  ['stop-timeout', '500 s', task, container(set('StopTimeout', 500))],
  ['container-hardened', 'a root that can be written', task, container(set('ReadonlyRootFilesystem', false))],
  ['container-hardened', 'root', task, container(set('User', '0'))],
  ['container-hardened', 'no user', task, container(set('User', undefined))],
  ['container-hardened', 'no health check', task, container(set('HealthCheck', undefined))],
  ['container-hardened', 'no log', task, container(set('LogConfiguration', undefined))],
  ['container-hardened', 'no init process', task, container(set('LinuxParameters', undefined))],
  [
    'no-secret-in-plain-sight',
    'a token in a container',
    task,
    container(set('Environment', [{ Name: 'TELEGRAM_BOT_TOKEN_PROD', Value: '1:a' }])),
  ],
  [
    'no-secret-in-plain-sight',
    'a secret in a function',
    'AWS::Lambda::Function',
    set('Environment', { Variables: { OPS_LINK_SECRET: 'x' } }),
  ],
  [
    'no-repeats',
    'Lambda’s two retries',
    'AWS::Lambda::EventInvokeConfig',
    set('MaximumRetryAttempts', undefined),
  ],
  [
    'no-repeats',
    'Lambda’s six hours',
    'AWS::Lambda::EventInvokeConfig',
    set('MaximumEventAgeInSeconds', 21_600),
  ],
  ['no-repeats', 'no destination', 'AWS::Lambda::EventInvokeConfig', set('DestinationConfig', undefined)],
  ['no-repeats', 'EventBridge’s retries', 'AWS::Events::Rule', target(set('RetryPolicy', undefined))],
  ['no-repeats', 'no dead-letter queue', 'AWS::Events::Rule', target(set('DeadLetterConfig', undefined))],
  ['log-retention', 'for ever', 'AWS::Logs::LogGroup', set('RetentionInDays', undefined)],
  ['least-privilege', 'everything on everything', 'AWS::IAM::Policy', statement(set('Action', '*'))],
  ['least-privilege', 'all of a service', 'AWS::IAM::Policy', statement(set('Action', ['ecs:*']))],
  ['least-privilege', 'everything in sight', 'AWS::IAM::Policy', statement(set('Resource', '*'))],
  ['least-privilege', 'every function', 'AWS::IAM::ManagedPolicy', statement(set('Resource', ['*']))],
  [
    'closed-ports',
    'metrics for everybody',
    'AWS::EC2::SecurityGroup',
    set('SecurityGroupIngress', [{ CidrIp: '0.0.0.0/0', FromPort: 9464, ToPort: 9464, IpProtocol: 'tcp' }]),
  ],
  ['url-streams', 'Lambda’s own invoke mode', 'AWS::Lambda::Url', set('InvokeMode', undefined)],
  [
    'gapless-deploy',
    'a gap',
    'AWS::ECS::Service',
    (service) => set('MinimumHealthyPercent', 0)(service['DeploymentConfiguration'] as Tree),
  ],
  [
    'gapless-deploy',
    'no room',
    'AWS::ECS::Service',
    (service) => set('MaximumPercent', 100)(service['DeploymentConfiguration'] as Tree),
  ],
  [
    'gapless-deploy',
    'no way back',
    'AWS::ECS::Service',
    (service) =>
      set('DeploymentCircuitBreaker', { Enable: true })(service['DeploymentConfiguration'] as Tree),
  ],
];

const broken = (template: Template): readonly string[] =>
  guardRules.filter((rule) => rule.check(template).length > 0).map(({ id }) => id);

describe('the guard rules', () => {
  it('ask nobody to hear of an alarm that only scales a service, and everybody of one that does more', () => {
    const context = { handlers: 'queue', handlerTasksMax: 4 };
    const scaled = structuredClone(synthesise(context).toJSON()) as Template & Tree;
    expect(broken(scaled)).toEqual([]);
    for (const { Type, Properties } of Object.values(
      scaled['Resources'] as Record<string, { Type: string; Properties: Tree }>,
    )) {
      const actions = Properties['AlarmActions'] as unknown[] | undefined;
      const onlyScales = Type === alarm && JSON.stringify(actions ?? []).includes('Policy');
      if (onlyScales) actions?.push({ Ref: 'NotificationsTopic' });
    }
    expect(broken(scaled)).toContain('alarm-heard');
  });

  it('find nothing wrong with the stack', () => {
    expect(guardRules.flatMap((rule) => rule.check(sound))).toEqual([]);
  });

  it.each(spoiled)('%s finds %s', (rule, _what, type, edit) => {
    expect(broken(spoilt(type, edit))).toContain(rule);
  });

  it('are all tested', () => {
    const tested = new Set(spoiled.map(([rule]) => rule));
    expect(guardRules.map(({ id }) => id).filter((id) => !tested.has(id))).toEqual([]);
  });
});

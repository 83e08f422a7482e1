/**
 * Rules that no other validator has: mistakes that would show only in the account, or only at night.
 *
 * A rule is a pure function of the template. It returns one line for each problem of a resource.
 *
 * Tested by: test/infra/guard-rules.test.ts
 */
import { type AlarmId, alarms, type QueueAlarmId, queueAlarms, runbookAnchor } from '../alarms.ts';
import { at, type Json, listOf, type NamedResource, resourcesOf, type Template, textOf } from './template.ts';

export interface Violation {
  readonly resource: string;
  readonly problem: string;
}

export interface GuardRule {
  readonly id: string;
  /** Why it is an error. */
  readonly reason: string;
  check(template: Template): readonly Violation[];
}

const stopTimeoutMaxSeconds = 120;

export const guardRules: readonly GuardRule[] = [
  {
    id: 'alarm-period',
    reason: 'CloudWatch accepts only 10, 20, 30 and multiples of 60 seconds',
    check: (template) =>
      violations(template, 'AWS::CloudWatch::Alarm', ({ Period }) => {
        const allowed = [10, 20, 30].includes(Number(Period)) || Number(Period) % 60 === 0;
        return Period === undefined || allowed ? [] : [`a period of ${textOf(Period)} s`];
      }),
  },
  {
    id: 'alarm-runbook',
    reason: 'the person whom an alarm wakes has to know what to do',
    check: (template) =>
      alarmTypes
        .flatMap((type) => reportingAlarms(template, type))
        .filter(({ properties }) => !isRunbookLink(properties['AlarmDescription']))
        .map(({ id }) => ({ resource: id, problem: 'its description links to no runbook heading' })),
  },
  {
    id: 'alarm-heard',
    reason: 'an alarm that nobody hears is useless, and missing data needs a decision',
    check: (template) =>
      alarmTypes.flatMap((type) =>
        reportingAlarms(template, type).flatMap(({ id, properties }) =>
          hearing(type, properties).map((problem) => ({ resource: id, problem })),
        ),
      ),
  },
  {
    id: 'topic-open-to-alarms',
    reason: 'a topic policy replaces the default that lets CloudWatch publish: no alarm would arrive',
    check: checkTopics,
  },
  {
    id: 'stop-timeout',
    reason: `ECS accepts 2 to ${stopTimeoutMaxSeconds} seconds`,
    check: (template) =>
      containerViolations(template, ({ StopTimeout }) => {
        const seconds = Number(StopTimeout ?? 30);
        return seconds >= 2 && seconds <= stopTimeoutMaxSeconds ? [] : [`a stop timeout of ${seconds} s`];
      }),
  },
  {
    id: 'container-hardened',
    reason: 'the worker writes no files and needs no rights in its container, but must be watched',
    check: (template) => containerViolations(template, hardening),
  },
  {
    id: 'no-secret-in-plain-sight',
    reason: 'everybody who may describe a task or a function sees its environment variables',
    check: checkPlainSecrets,
  },
  {
    id: 'no-repeats',
    reason: 'a late or repeated run does harm, and the next minute brings a new one anyway',
    check: checkRepeats,
  },
  {
    id: 'log-retention',
    reason: 'logs that are kept for ever are paid for ever',
    check: (template) =>
      violations(template, 'AWS::Logs::LogGroup', ({ RetentionInDays }) =>
        RetentionInDays === undefined ? ['it keeps its logs for ever'] : [],
      ),
  },
  {
    id: 'least-privilege',
    reason: 'a right on every resource needs a condition, and no statement may allow every action',
    check: checkStatements,
  },
  {
    id: 'closed-ports',
    reason: 'no port of this system is for everybody',
    check: (template) =>
      violations(template, 'AWS::EC2::SecurityGroup', ({ SecurityGroupIngress }) =>
        listOf(SecurityGroupIngress)
          .filter((rule) => /0\.0\.0\.0\/0|::\/0/.test(textOf(rule)))
          .map((rule) => `it lets everybody in: ${textOf(rule)}`),
      ),
  },
  {
    id: 'url-streams',
    reason:
      'the function sends its pages in pieces: a URL that waits for the whole answer shows their head as text',
    check: (template) =>
      violations(template, 'AWS::Lambda::Url', ({ InvokeMode }) =>
        InvokeMode === 'RESPONSE_STREAM' ? [] : [`the invoke mode ${textOf(InvokeMode ?? 'BUFFERED')}`],
      ),
  },
  {
    id: 'gapless-deploy',
    reason: 'a deploy must never run fewer workers than desired, and must roll back by itself',
    check: (template) => violations(template, 'AWS::ECS::Service', deployment),
  },
];

type Properties = { readonly [name: string]: Json };

function violations(
  template: Template,
  type: string,
  problemsOf: (properties: Properties) => readonly string[],
): readonly Violation[] {
  return resourcesOf(template, type).flatMap(({ id, properties }) =>
    problemsOf(properties).map((problem) => ({ resource: id, problem })),
  );
}

function containerViolations(
  template: Template,
  problemsOf: (container: Properties) => readonly string[],
): readonly Violation[] {
  return violations(template, 'AWS::ECS::TaskDefinition', ({ ContainerDefinitions }) =>
    listOf(ContainerDefinitions).flatMap((container) =>
      problemsOf(container as Properties).map((problem) => `${textOf(at(container, 'Name'))}: ${problem}`),
    ),
  );
}

const alarmTypes = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'] as const;

/** The alarms that report to people: all but those that another alarm looks at, and those that only scale a service. */
function reportingAlarms(template: Template, type: (typeof alarmTypes)[number]): readonly NamedResource[] {
  const rules = resourcesOf(template, 'AWS::CloudWatch::CompositeAlarm').map(({ properties }) =>
    textOf(properties['AlarmRule']),
  );
  const scaling = resourcesOf(template, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(({ id }) => id);
  const onlyScales = ({ AlarmActions }: Properties): boolean => {
    const actions = listOf(AlarmActions).map((action) => textOf(at(action, 'Ref')));
    return actions.length > 0 && actions.every((action) => scaling.includes(action));
  };
  return resourcesOf(template, type).filter(
    ({ id, properties }) => !onlyScales(properties) && !rules.some((rule) => rule.includes(`"${id}"`)),
  );
}

function hearing(type: (typeof alarmTypes)[number], properties: Properties): readonly string[] {
  const { AlarmActions, OKActions, TreatMissingData } = properties;
  const isDecided = type === 'AWS::CloudWatch::CompositeAlarm' || TreatMissingData !== undefined;
  return [
    ...(listOf(AlarmActions).length > 0 ? [] : ['it tells nobody when it rings']),
    ...(listOf(OKActions).length > 0 ? [] : ['it tells nobody when it is over']),
    ...(isDecided ? [] : ['it does not say what missing data means']),
  ];
}

const anchors = Object.keys({ ...alarms, ...queueAlarms }).map((id) =>
  runbookAnchor(id as AlarmId | QueueAlarmId),
);

function isRunbookLink(description: Json | undefined): boolean {
  // A text with names that CloudFormation fills in is joined from its parts.
  const [, parts] = listOf(at(description, 'Fn::Join'));
  const text = textOf(parts === undefined ? description : listOf(parts).at(-1));
  return anchors.some((anchor) => text.endsWith(`#${anchor}`));
}

function hardening(container: Properties): readonly string[] {
  return [
    ...(container['ReadonlyRootFilesystem'] === true ? [] : ['its root file system is writable']),
    ...(/^[1-9]\d*(:|$)/.test(textOf(container['User'])) ? [] : ['it runs as root']),
    ...(container['HealthCheck'] === undefined ? ['it has no health check'] : []),
    ...(container['LogConfiguration'] === undefined ? ['it logs nowhere'] : []),
    ...(at(container['LinuxParameters'], 'InitProcessEnabled') === true ? [] : ['it has no init process']),
  ];
}

function deployment({ DeploymentConfiguration: configuration }: Properties): readonly string[] {
  const minimum = Number(at(configuration, 'MinimumHealthyPercent'));
  const maximum = Number(at(configuration, 'MaximumPercent'));
  const breaker = at(configuration, 'DeploymentCircuitBreaker');
  return [
    ...(minimum >= 100 ? [] : ['it stops the old task before the new one is healthy']),
    ...(maximum > 100 ? [] : ['it leaves no room for a new task beside the old one']),
    ...(at(breaker, 'Enable') === true && at(breaker, 'Rollback') === true ? [] : ['it does not roll back']),
  ];
}

/** Every topic policy must let this account's CloudWatch publish: it replaces the default, which does. */
function checkTopics(template: Template): readonly Violation[] {
  const policies = resourcesOf(template, 'AWS::SNS::TopicPolicy');
  const isOpen = (topic: string): boolean =>
    policies.some(
      ({ properties }) =>
        textOf(properties['Topics']).includes(`"${topic}"`) &&
        statementsOf(properties['PolicyDocument']).some(
          (statement) =>
            at(statement, 'Effect') === 'Allow' &&
            textOf(at(statement, 'Principal')).includes('cloudwatch.amazonaws.com') &&
            listOf(at(statement, 'Action')).includes('sns:Publish') &&
            textOf(at(statement, 'Condition')).includes('aws:SourceAccount'),
        ),
    );
  return resourcesOf(template, 'AWS::SNS::Topic')
    .filter(({ id }) => !isOpen(id))
    .map(({ id }) => ({ resource: id, problem: 'CloudWatch of this account may not publish to it' }));
}

/** The name of a secret; `SECRETS_ARN` and `REDIS_KEY_PREFIX` are none. */
const secretName = /TOKEN|PASSWORD|(?:^|_)SECRET$|PRIVATE|CREDENTIAL|(?:^|_)API_KEY$/;

function checkPlainSecrets(template: Template): readonly Violation[] {
  const ofContainers = containerViolations(template, ({ Environment }) =>
    listOf(Environment)
      .map((variable) => textOf(at(variable, 'Name')))
      .filter((name) => secretName.test(name))
      .map((name) => `${name} is in its environment`),
  );
  const ofFunctions = violations(template, 'AWS::Lambda::Function', ({ Environment }) =>
    Object.keys(at(Environment, 'Variables') ?? {})
      .filter((name) => secretName.test(name))
      .map((name) => `${name} is in its environment`),
  );
  return [...ofContainers, ...ofFunctions];
}

function checkRepeats(template: Template): readonly Violation[] {
  const asynchronous = violations(template, 'AWS::Lambda::EventInvokeConfig', (properties) => [
    ...(properties['MaximumRetryAttempts'] === 0 ? [] : ['Lambda retries failed runs']),
    ...(properties['MaximumEventAgeInSeconds'] === 60 ? [] : ['Lambda may run it later than a minute']),
    ...(at(properties['DestinationConfig'], 'OnFailure') ? [] : ['events that Lambda gave up are lost']),
  ]);
  const rules = violations(template, 'AWS::Events::Rule', ({ Targets }) =>
    listOf(Targets).flatMap((target) => [
      ...(at(target, 'RetryPolicy', 'MaximumRetryAttempts') === 0
        ? []
        : ['EventBridge retries failed deliveries']),
      ...(at(target, 'RetryPolicy', 'MaximumEventAgeInSeconds') === 60
        ? []
        : ['EventBridge may deliver later than a minute']),
      ...(at(target, 'DeadLetterConfig') ? [] : ['events that could not be delivered are lost']),
    ]),
  );
  return [...asynchronous, ...rules];
}

/** Actions that accept no resource: `*` is the only way to allow them. */
const actionsWithoutResource = ['ecr:GetAuthorizationToken'];

function checkStatements(template: Template): readonly Violation[] {
  const types = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'];
  const documents = types.flatMap((type) =>
    resourcesOf(template, type).map(({ id, properties }) => ({ id, document: properties['PolicyDocument'] })),
  );
  const roles = resourcesOf(template, 'AWS::IAM::Role').flatMap(({ id, properties }) =>
    listOf(properties['Policies']).map((policy) => ({ id, document: at(policy, 'PolicyDocument') })),
  );
  return [...documents, ...roles].flatMap(({ id, document }) =>
    statementsOf(document)
      .flatMap(statementProblems)
      .map((problem) => ({ resource: id, problem })),
  );
}

function statementProblems(statement: Json): readonly string[] {
  if (at(statement, 'Effect') === 'Deny') return [];
  const actions = listOf(at(statement, 'Action')).map(textOf);
  const everywhere = listOf(at(statement, 'Resource')).includes('*');
  const bound = at(statement, 'Condition') !== undefined;
  const needsNone = actions.every((action) => actionsWithoutResource.includes(action));
  return [
    ...actions
      .filter((action) => action.includes('*'))
      .map((action) => `${action} names more than one action`),
    ...(everywhere && !bound && !needsNone
      ? [`${actions.join(', ')} on everything, without a condition`]
      : []),
  ];
}

function statementsOf(document: Json | undefined): readonly Json[] {
  return listOf(at(document, 'Statement'));
}

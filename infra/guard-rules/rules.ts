/**
 * Rules that no other judge holds: each names what would only fail in the account, or only at night.
 *
 * A rule is a pure function of the template; it returns what is wrong, a line per resource.
 */
import { alarms, runbookAnchor } from '../alarms.ts';
import { at, type Json, listOf, resourcesOf, type Template, textOf } from './template.ts';

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
    reason: 'CloudWatch takes 10, 20, 30 and multiples of 60 seconds only',
    check: (template) =>
      violations(template, 'AWS::CloudWatch::Alarm', ({ Period }) => {
        const allowed = [10, 20, 30].includes(Number(Period)) || Number(Period) % 60 === 0;
        return Period === undefined || allowed ? [] : [`a period of ${textOf(Period)} s`];
      }),
  },
  {
    id: 'alarm-runbook',
    reason: 'whom an alarm wakes has to know what to do',
    check: (template) =>
      violations(template, 'AWS::CloudWatch::Alarm', ({ AlarmDescription }) =>
        isRunbookLink(AlarmDescription) ? [] : ['its description links no heading of the runbook'],
      ),
  },
  {
    id: 'alarm-heard',
    reason: 'an alarm that tells nobody is none, and silence must be judged on purpose',
    check: (template) =>
      violations(template, 'AWS::CloudWatch::Alarm', ({ AlarmActions, OKActions, TreatMissingData }) => [
        ...(listOf(AlarmActions).length > 0 ? [] : ['it tells nobody when it rings']),
        ...(listOf(OKActions).length > 0 ? [] : ['it tells nobody when it is over']),
        ...(TreatMissingData === undefined ? ['it does not say what missing data means'] : []),
      ]),
  },
  {
    id: 'topic-open-to-alarms',
    reason: 'a topic with a policy of its own has shut CloudWatch out, and no alarm would be heard',
    check: checkTopics,
  },
  {
    id: 'stop-timeout',
    reason: `ECS takes 2 to ${stopTimeoutMaxSeconds} seconds`,
    check: (template) =>
      containerViolations(template, ({ StopTimeout }) => {
        const seconds = Number(StopTimeout ?? 30);
        return seconds >= 2 && seconds <= stopTimeoutMaxSeconds ? [] : [`a stop timeout of ${seconds} s`];
      }),
  },
  {
    id: 'container-hardened',
    reason: 'the worker writes nothing, needs no rights in its container, and must be watched',
    check: (template) => containerViolations(template, hardening),
  },
  {
    id: 'no-secret-in-plain-sight',
    reason: 'environment variables are shown to everybody who may look at a task or a function',
    check: checkPlainSecrets,
  },
  {
    id: 'no-repeats',
    reason: 'a late or repeated run does harm: the next minute is the retry',
    check: checkRepeats,
  },
  {
    id: 'log-retention',
    reason: 'logs without an end are a bill without an end',
    check: (template) =>
      violations(template, 'AWS::Logs::LogGroup', ({ RetentionInDays }) =>
        RetentionInDays === undefined ? ['it keeps its lines for ever'] : [],
      ),
  },
  {
    id: 'least-privilege',
    reason: 'a right on everything needs a condition, and nobody gets every action',
    check: checkStatements,
  },
  {
    id: 'closed-ports',
    reason: 'nothing of this system is for everybody',
    check: (template) =>
      violations(template, 'AWS::EC2::SecurityGroup', ({ SecurityGroupIngress }) =>
        listOf(SecurityGroupIngress)
          .filter((rule) => /0\.0\.0\.0\/0|::\/0/.test(textOf(rule)))
          .map((rule) => `it lets everybody in: ${textOf(rule)}`),
      ),
  },
  {
    id: 'gapless-deploy',
    reason: 'a deploy must never have fewer workers than asked for, and must find back by itself',
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

const anchors = Object.keys(alarms).map((id) => runbookAnchor(id as keyof typeof alarms));

function isRunbookLink(description: Json | undefined): boolean {
  const text = textOf(description);
  return anchors.some((anchor) => text.endsWith(`#${anchor}`));
}

function hardening(container: Properties): readonly string[] {
  return [
    ...(container['ReadonlyRootFilesystem'] === true ? [] : ['its root can be written']),
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

/** Every topic must say that this account's CloudWatch may publish: any policy of its own takes the default away. */
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
    .map(({ id }) => ({ resource: id, problem: 'CloudWatch of this account may not publish on it' }));
}

/** A name that promises a secret; `SECRETS_ARN` and `REDIS_KEY_PREFIX` do not. */
const secretName = /TOKEN|PASSWORD|(?:^|_)SECRET$|PRIVATE|CREDENTIAL|(?:^|_)API_KEY$/;

function checkPlainSecrets(template: Template): readonly Violation[] {
  const ofContainers = containerViolations(template, ({ Environment }) =>
    listOf(Environment)
      .map((variable) => textOf(at(variable, 'Name')))
      .filter((name) => secretName.test(name))
      .map((name) => `${name} stands in its environment`),
  );
  const ofFunctions = violations(template, 'AWS::Lambda::Function', ({ Environment }) =>
    Object.keys(at(Environment, 'Variables') ?? {})
      .filter((name) => secretName.test(name))
      .map((name) => `${name} stands in its environment`),
  );
  return [...ofContainers, ...ofFunctions];
}

function checkRepeats(template: Template): readonly Violation[] {
  const asynchronous = violations(template, 'AWS::Lambda::EventInvokeConfig', (properties) => [
    ...(properties['MaximumRetryAttempts'] === 0 ? [] : ['Lambda repeats what failed']),
    ...(properties['MaximumEventAgeInSeconds'] === 60 ? [] : ['Lambda may run it later than a minute']),
    ...(at(properties['DestinationConfig'], 'OnFailure') ? [] : ['what was given up goes nowhere']),
  ]);
  const rules = violations(template, 'AWS::Events::Rule', ({ Targets }) =>
    listOf(Targets).flatMap((target) => [
      ...(at(target, 'RetryPolicy', 'MaximumRetryAttempts') === 0 ? [] : ['EventBridge repeats what failed']),
      ...(at(target, 'RetryPolicy', 'MaximumEventAgeInSeconds') === 60
        ? []
        : ['EventBridge may deliver later than a minute']),
      ...(at(target, 'DeadLetterConfig') ? [] : ['what could not be delivered goes nowhere']),
    ]),
  );
  return [...asynchronous, ...rules];
}

/** What takes no resource at all, so that `*` is the only way to say it. */
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

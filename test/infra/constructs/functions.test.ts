import { describe, expect, it } from 'vitest';
import { everyMinutes, timeoutSeconds } from '../../../functions/heartbeat-monitor/contract.ts';
import * as ops from '../../../functions/release-lock/contract.ts';
import { knownRegions } from '../../../infra/secrets-extension.ts';
import { actionsOf, resources, statementsOf, synthesise, theResource } from '../support/synthesised.ts';

const template = synthesise();
const withLinks = synthesise({ links: true });

const configurationOf = (prefix: string, from = template) =>
  theResource(from, 'AWS::Lambda::Function', prefix).Properties;
const variablesOf = (prefix: string, from = template) =>
  (configurationOf(prefix, from)['Environment'] as { Variables: Record<string, unknown> }).Variables;

describe('every function', () => {
  it('runs on Node 24 on ARM, with a role and a log group of its own', () => {
    const functions = Object.entries(resources(template, 'AWS::Lambda::Function'));
    expect(functions).toHaveLength(3);
    for (const [, { Properties }] of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        LoggingConfig: { LogFormat: 'JSON' },
      });
    }
    const own = (property: string) =>
      new Set(functions.map(([, { Properties }]) => JSON.stringify(Properties[property])));
    expect(own('Role').size).toBe(3);
    expect(own('LoggingConfig').size).toBe(3);
  });

  it('reads its own secret through the extension, without a cache', () => {
    for (const prefix of ['Monitor', 'Ops']) {
      expect(variablesOf(prefix)['SECRETS_ARN']).toEqual({
        Ref: expect.stringContaining(`Secrets${prefix}`),
      });
      expect(variablesOf(prefix)['PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED']).toBe('false');
      expect(configurationOf(prefix)['Layers']).toHaveLength(1);
    }
  });

  it('is refused in one line where the CDK does not know the extension, unless its ARN is given', () => {
    const { Rules } = template.toJSON() as { Rules: Record<string, { Assertions: unknown[] }> };
    expect(Rules['SecretsExtensionKnown']?.Assertions).toEqual([
      {
        Assert: { 'Fn::Contains': [knownRegions(), { Ref: 'AWS::Region' }] },
        AssertDescription: expect.stringMatching(/^secretsExtensionArn: expected .*; deploy with -c/),
      },
    ]);
    expect(knownRegions()).toContain('eu-central-1');
    const mapped = Object.keys(
      Object.values(template.toJSON()['Mappings'] as Record<string, Record<string, unknown>>).find(
        (mapping) => Object.hasOwn(mapping, 'eu-central-1'),
      ) ?? {},
    );
    expect(mapped.toSorted()).toEqual(knownRegions());

    const secretsExtensionArn = 'arn:aws:lambda:mx-central-1:111122223333:layer:AWS-Extension-Arm64:9';
    const given = synthesise({ secretsExtensionArn });
    expect(given.toJSON()['Rules']).not.toHaveProperty('SecretsExtensionKnown');
    expect(configurationOf('Monitor', given)['Layers']).toEqual([secretsExtensionArn]);
  });

  it('is never retried and never late, and its failed events are kept', () => {
    const rules = Object.values(resources(template, 'AWS::Lambda::EventInvokeConfig'));
    expect(rules).toHaveLength(2);
    for (const { Properties } of rules) {
      expect(Properties).toMatchObject({
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
        DestinationConfig: { OnFailure: { Destination: expect.anything() } },
      });
    }
  });

  it('reserves concurrency only when that is set, because new accounts refuse it', () => {
    const bounded = synthesise({ boundConcurrency: 'true' });
    for (const prefix of ['Monitor', 'Ops']) {
      expect(configurationOf(prefix)['ReservedConcurrentExecutions']).toBeUndefined();
    }
    expect(configurationOf('Monitor', bounded)['ReservedConcurrentExecutions']).toBe(1);
    expect(configurationOf('Ops', bounded)['ReservedConcurrentExecutions']).toBe(3);
  });
});

describe('the heartbeat monitor', () => {
  it('is invoked every minute, and its event is given up rather than delayed', () => {
    const rule = theResource(template, 'AWS::Events::Rule', 'MonitorEveryMinute').Properties;
    expect(rule).toMatchObject({
      ScheduleExpression: `rate(${everyMinutes} minute)`,
      State: 'ENABLED',
      Targets: [
        {
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
          DeadLetterConfig: { Arn: expect.anything() },
        },
      ],
    });
    expect(configurationOf('Monitor')['Timeout']).toBe(timeoutSeconds);
  });

  it('is not invoked while paused', () => {
    const paused = synthesise({ paused: true });
    expect(theResource(paused, 'AWS::Events::Rule', 'MonitorEveryMinute').Properties['State']).toBe(
      'DISABLED',
    );
  });

  it('may publish, describe its service, and restart it only with automatic restarts', () => {
    const rights = [
      'ecs:DescribeServices',
      'ecs:DescribeTasks',
      'ecs:ListTasks',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sns:Publish',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:SendMessage',
    ];
    expect(actionsOf(statementsOf(template, 'MonitorRole'))).toEqual(rights);
    const restarting = synthesise({ autoRestartMinutes: 10 });
    expect(actionsOf(statementsOf(restarting, 'MonitorRole'))).toEqual(
      [...rights, 'ecs:UpdateService'].toSorted(),
    );
    expect(variablesOf('Monitor', restarting)['AUTO_RESTART_MINUTES']).toBe('10');
  });

  it('may do to ECS what it may only in its own cluster, and open no shell', () => {
    const statements = statementsOf(synthesise({ autoRestartMinutes: 10 }), 'MonitorRole').filter(
      ({ Action }) => String(Action).startsWith('ecs:'),
    );
    expect(statements).toHaveLength(4);
    for (const { Condition } of statements) {
      expect(Condition).toMatchObject({
        ArnEquals: { 'ecs:cluster': { 'Fn::GetAtt': [expect.stringMatching(/Cluster/), 'Arn'] } },
      });
    }
    expect(statements.find(({ Action }) => Action === 'ecs:UpdateService')?.Condition).toMatchObject({
      BoolIfExists: { 'ecs:enable-execute-command': 'false' },
    });
  });

  it('knows the address of links only if links are on', () => {
    expect(variablesOf('Monitor')['OPS_BASE_URL']).toBeUndefined();
    expect(variablesOf('Monitor', withLinks)['OPS_BASE_URL']).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^OpsFunction/), 'FunctionUrl'],
    });
  });
});

describe('the ops function', () => {
  it('has a URL only for links', () => {
    expect(resources(template, 'AWS::Lambda::Url')).toEqual({});
    expect(theResource(withLinks, 'AWS::Lambda::Url').Properties).toMatchObject({
      AuthType: 'NONE',
      InvokeMode: 'RESPONSE_STREAM',
    });
  });

  it('is open to everybody only through its URL', () => {
    const open = Object.values(resources(withLinks, 'AWS::Lambda::Permission')).filter(
      ({ Properties }) => Properties['Principal'] === '*',
    );
    expect(open.map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({ Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' }),
      expect.objectContaining({ Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true }),
    ]);
    const closed = Object.values(resources(template, 'AWS::Lambda::Permission'));
    expect(closed.filter(({ Properties }) => Properties['Principal'] === '*')).toEqual([]);
  });

  it('is invoked as soon as the bot of a task of the one service has stopped', () => {
    const { Properties } = theResource(template, 'AWS::Events::Rule', 'OpsTaskStopped');
    expect(Properties['EventPattern']).toEqual({
      source: [ops.taskStoppedEvent.source],
      'detail-type': [ops.taskStoppedEvent.detailType],
      detail: {
        clusterArn: [{ 'Fn::GetAtt': [expect.stringMatching(/^PollingWorkerCluster/), 'Arn'] }],
        group: [
          {
            'Fn::Join': [
              '',
              ['service:', { 'Fn::GetAtt': [expect.stringMatching(/^PollingWorkerService/), 'Name'] }],
            ],
          },
        ],
        containers: {
          name: [ops.taskStoppedEvent.container.name],
          lastStatus: [ops.taskStoppedEvent.container.lastStatus],
        },
      },
    });
    expect(configurationOf('Ops')['Timeout']).toBe(ops.timeoutSeconds);
  });

  it('may restart the one service and describe the tasks of its cluster', () => {
    const statements = statementsOf(template, 'OpsRole');
    const of = (action: string) => statements.find(({ Action }) => [Action].flat().includes(action));
    const service = { Ref: theResource(template, 'AWS::ECS::Service').id };
    expect(of('ecs:UpdateService')?.Resource).toEqual(service);
    expect(of('ecs:ListTasks')?.Condition).toEqual({
      ArnEquals: { 'ecs:cluster': { 'Fn::GetAtt': [expect.stringMatching(/^PollingWorkerCluster/), 'Arn'] } },
    });
    expect(actionsOf(statements)).not.toContain('iam:PassRole');
    expect(actionsOf(statements)).not.toContain('sns:Publish');
  });

  it('has a policy for operators that allows only to invoke it', () => {
    const { Properties } = theResource(template, 'AWS::IAM::ManagedPolicy');
    expect(Properties['PolicyDocument']).toMatchObject({
      Statement: [
        {
          Action: 'lambda:InvokeFunction',
          Effect: 'Allow',
          Resource: { 'Fn::GetAtt': [expect.stringMatching(/^OpsFunction/), 'Arn'] },
        },
      ],
    });
  });
});

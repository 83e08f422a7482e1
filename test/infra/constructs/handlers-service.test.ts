import { describe, expect, it } from 'vitest';
import {
  actionsOf,
  type Container,
  containerOf,
  containers,
  environmentOf,
  resources,
  statementsOf,
  synthesise,
  theResource,
} from '../support/synthesised.ts';

const template = synthesise({ handlers: 'queue', handlerTasks: 2, handlerTasksMax: 6 });
const ofHandlers = (context: object, type: string) =>
  theResource(synthesise({ handlers: 'queue', ...context }), type, 'Handlers').Properties;
const service = (context = {}) => ofHandlers(context, 'AWS::ECS::Service');
const task = (context = {}) => ofHandlers(context, 'AWS::ECS::TaskDefinition');
const container = (context = {}, name = 'handlers'): Container =>
  containerOf(synthesise({ handlers: 'queue', ...context }), 'Handlers', name);
const bot = (context = {}): Container => containers(synthesise(context)).bot;

const queueAddress = { Ref: expect.stringMatching(/^UpdatesQueue/) };

describe('without queue mode', () => {
  it('the stack has one service, no queue for updates and no variable of queue mode', () => {
    const inline = synthesise();
    expect(Object.keys(resources(inline, 'AWS::ECS::Service'))).toHaveLength(1);
    expect(JSON.stringify(inline.toJSON())).not.toMatch(/Fifo|"HANDLERS"|UPDATES_QUEUE_URL/);
    expect(actionsOf(statementsOf(inline, 'PollingWorkerTaskTaskRole'))).toEqual([]);
  });
});

describe('the tasks that run handlers', () => {
  it('run another program of the worker’s image, hardened as the worker', () => {
    expect(container()['Image']).toEqual(bot({ handlers: 'queue' })['Image']);
    expect(container()).toMatchObject({
      Command: ['node', 'consumer.mjs'],
      Essential: true,
      ReadonlyRootFilesystem: true,
      User: '65532:65532',
      StopTimeout: 120,
    });
    expect(container()['HealthCheck']).toEqual(bot()['HealthCheck']);
  });

  it('have the worker’s sidecar beside them', () => {
    const { metrics } = containers(synthesise({ metricsToken: true }));
    expect(container({ metricsToken: true }, 'metrics')).toEqual({
      ...metrics,
      LogConfiguration: expect.anything(),
      Secrets: [expect.objectContaining({ Name: 'METRICS_BEARER_TOKEN' })],
    });
    expect(container()['DependsOn']).toEqual([{ ContainerName: 'metrics', Condition: 'START' }]);
  });

  it('and the worker are told of the queue', () => {
    for (const of of [container(), bot({ handlers: 'queue' })]) {
      expect(environmentOf(of)).toMatchObject({ HANDLERS: 'queue', UPDATES_QUEUE_URL: queueAddress });
    }
  });

  it('read what the bot reads', () => {
    const names = ({ Secrets }: Container) => (Secrets ?? []).map(({ Name }) => Name);
    expect(names(container())).toEqual(names(bot()));
  });

  it('have their own size, number and place', () => {
    expect(task({ handlerCpu: 1024, handlerMemory: 4096 })).toMatchObject({ Cpu: '1024', Memory: '4096' });
    expect(service({ handlerTasks: 3 })['DesiredCount']).toBe(3);
    expect(service({ handlerSpot: true })['CapacityProviderStrategy']).toEqual([
      { CapacityProvider: 'FARGATE_SPOT', Weight: 1 },
    ]);
    expect(service({ spot: true })['CapacityProviderStrategy']).toEqual([
      { CapacityProvider: 'FARGATE', Weight: 1 },
    ]);
  });

  it('rest while the stack is paused, whatever the load', () => {
    expect(service({ paused: true, handlerTasksMax: 4 })['DesiredCount']).toBe(0);
    const paused = synthesise({ handlers: 'queue', paused: true, handlerTasksMax: 4 });
    expect(resources(paused, 'AWS::ApplicationAutoScaling::ScalableTarget')).toEqual({});
  });

  it('start a deployment when their number or place changes', () => {
    const label = (context: object) => JSON.stringify(container(context)['DockerLabels']);
    const labels = [{}, { paused: true }, { handlerTasks: 2 }, { handlerSpot: true }].map(label);
    expect(new Set(labels).size).toBe(4);
  });

  it('may receive, delete and prolong messages of the one queue, and nothing else', () => {
    const statements = statementsOf(template, 'HandlersTaskTaskRole');
    expect(actionsOf(statements)).toEqual([
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ]);
    for (const { Resource } of statements) {
      expect(Resource).toEqual({ 'Fn::GetAtt': [queueAddress.Ref, 'Arn'] });
    }
  });
});

describe('the worker in queue mode', () => {
  it('may send to the one queue, see how much it and its dead-letter queue hold, and nothing else', () => {
    const statements = statementsOf(template, 'PollingWorkerTaskTaskRole');
    expect(actionsOf(statements)).toEqual(['sqs:GetQueueAttributes', 'sqs:SendMessage']);
    const arn = (id: unknown) => ({ 'Fn::GetAtt': [id, 'Arn'] });
    const of = (action: string) => statements.find(({ Action }) => Action === action)?.Resource;
    expect(of('sqs:SendMessage')).toEqual(arn(queueAddress.Ref));
    const both = [expect.stringMatching(/^UpdatesDeadLetters/), queueAddress.Ref].map(arn);
    expect(of('sqs:GetQueueAttributes')).toEqual(both);
  });
});

describe('the functions in queue mode', () => {
  const variables = (prefix: string, from = template) => {
    const { Environment } = theResource(from, 'AWS::Lambda::Function', prefix).Properties;
    return (Environment as { Variables: Record<string, unknown> }).Variables;
  };
  const ofQueues = (prefix: string, from = template) =>
    statementsOf(from, prefix).filter(({ Resource }) => /Updates/.test(JSON.stringify(Resource)));
  const both = [/^UpdatesDeadLetters/, /^UpdatesQueue/].map((id) => ({
    'Fn::GetAtt': [expect.stringMatching(id), 'Arn'],
  }));

  it('know the queue, and the one that restarts knows the handlers’ service', () => {
    expect(variables('Monitor')['UPDATES_QUEUE_URL']).toEqual(queueAddress);
    expect(variables('Ops')).toMatchObject({
      UPDATES_QUEUE_URL: queueAddress,
      ECS_HANDLERS_SERVICE: { 'Fn::GetAtt': [expect.stringMatching(/^HandlersService/), 'Name'] },
    });
    const inline = synthesise();
    for (const prefix of ['Monitor', 'Ops']) {
      expect(Object.keys(variables(prefix, inline)).join()).not.toMatch(/QUEUE|HANDLERS/);
    }
  });

  it('may look at the queue and its dead-letter queue, and ops alone may purge the queue', () => {
    const look = { Effect: 'Allow', Action: 'sqs:GetQueueAttributes', Resource: both };
    expect(ofQueues('MonitorRole')).toEqual([look]);
    expect(ofQueues('OpsRole')).toEqual([
      look,
      { Effect: 'Allow', Action: 'sqs:PurgeQueue', Resource: both[1] },
    ]);
    for (const role of ['MonitorRole', 'OpsRole']) expect(ofQueues(role, synthesise())).toEqual([]);
  });

  it('may restart the handlers’ service, and only ops', () => {
    const handlers = { Ref: expect.stringMatching(/^HandlersService/) };
    const of = (prefix: string, from = template) =>
      statementsOf(from, prefix).filter(({ Action }) => [Action].flat().includes('ecs:UpdateService'));
    expect(of('OpsRole').flatMap(({ Resource }) => Resource)).toContainEqual(handlers);
    expect(of('OpsRole', synthesise()).flatMap(({ Resource }) => Resource)).not.toContainEqual(handlers);
    expect(JSON.stringify(statementsOf(template, 'MonitorRole'))).not.toContain('HandlersService');
  });
});

describe('the number of tasks', () => {
  it('follows CPU, and grows by steps with the age of the oldest update', () => {
    const target = theResource(template, 'AWS::ApplicationAutoScaling::ScalableTarget').Properties;
    expect(target).toMatchObject({ MinCapacity: 2, MaxCapacity: 6 });
    const policies = Object.values(resources(template, 'AWS::ApplicationAutoScaling::ScalingPolicy'));
    const [cpu, age] = ['TargetTrackingScaling', 'StepScaling'].map((type) =>
      policies.find(({ Properties }) => Properties['PolicyType'] === type),
    );
    expect(cpu?.Properties['TargetTrackingScalingPolicyConfiguration']).toMatchObject({ TargetValue: 60 });
    expect(age?.Properties['StepScalingPolicyConfiguration']).toMatchObject({
      AdjustmentType: 'ChangeInCapacity',
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 90, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 90, ScalingAdjustment: 2 },
      ],
    });
  });

  it('stays the same unless a larger one is allowed', () => {
    const steady = synthesise({ handlers: 'queue', handlerTasks: 2 });
    expect(resources(steady, 'AWS::ApplicationAutoScaling::ScalingPolicy')).toEqual({});
  });
});

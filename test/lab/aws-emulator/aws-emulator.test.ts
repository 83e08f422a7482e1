import { DescribeClustersCommand, ECSClient } from '@aws-sdk/client-ecs';
import { ListTopicsCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsClientOptions, awsConfig } from '../../../services/adapters/aws-client.ts';
import { ecsWorkerService } from '../../../services/adapters/ecs.ts';
import { snsTopic } from '../../../services/adapters/sns.ts';
import { TopicError } from '../../../services/core/alerts/channels.ts';
import { EcsError } from '../../../services/core/platform/worker-service.ts';
import { type AwsEmulator, startAwsEmulator } from '../../../services/lab/aws-emulator/aws-emulator.ts';
import type { EmulatedServiceState } from '../../../services/lab/aws-emulator/ecs-calls.ts';

const topicArn = 'arn:aws:sns:eu-central-1:123456789012:alerts';
const calm: EmulatedServiceState = {
  cluster: 'bots',
  service: 'worker',
  desired: 1,
  running: 1,
  deploying: false,
  stoppedTasks: [],
};
/** Beside the worker's, in the same cluster. */
let handlers: EmulatedServiceState = {
  ...calm,
  service: 'handlers',
  desired: 2,
  running: 0,
  stoppedTasks: [],
};
let aws: AwsEmulator;
let state = calm;
let restarts = 0;

beforeEach(async () => {
  state = calm;
  restarts = 0;
  aws = await startAwsEmulator({
    services: () => [
      {
        describe: () => state,
        restart: () => {
          restarts += 1;
          return `ecs-svc/${restarts}`;
        },
      },
      { describe: () => handlers, restart: () => 'ecs-svc/handlers' },
    ],
  });
});
afterEach(() => aws.close());

const environment = () => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIAEMULATED',
  AWS_SECRET_ACCESS_KEY: 'emulated-secret',
  AWS_ENDPOINT_URL: aws.url,
});
const topic = (arn = topicArn) => snsTopic(arn, awsClientOptions(environment(), 'SNS'));
const worker = (name = { cluster: 'bots', service: 'worker' }) =>
  ecsWorkerService(name, awsClientOptions(environment(), 'ECS'));

describe('SNS through its real client', () => {
  it('publishes', async () => {
    const heard: string[] = [];
    aws.onPublish(({ message }) => heard.push(message));
    const text = '🔴 Бот молчит & <7> мин\nstill';
    await topic().publish({ subject: 'StaffProBot is down', text });
    expect(aws.published).toEqual([{ topicArn, subject: 'StaffProBot is down', message: text }]);
    expect(heard).toEqual([text]);
    expect(aws.calls).toEqual(['sns.Publish']);
  });

  it('refuses the same input as SNS', async () => {
    await expect(topic().publish({ subject: 'Бот молчит', text: 'x' })).rejects.toThrow(/Subject/);
    await expect(topic().publish({ subject: 'x'.repeat(101), text: 'x' })).rejects.toThrow(/Subject/);
    await expect(topic().publish({ subject: 'ok', text: '' })).rejects.toThrow(/Message/);
    await expect(
      topic('arn:aws:sns:eu-central-1:1:short').publish({ subject: 'a', text: 'b' }),
    ).rejects.toThrow(/TopicArn/);
    expect(aws.published).toEqual([]);
  });

  it.each([
    ['error', 'InternalError'],
    ['throttle', 'Throttled'],
  ] as const)('fails once by the fault %s, then works', async (kind, name) => {
    aws.fault({ service: 'sns', kind, times: 1 });
    const failed = await topic()
      .publish({ subject: 'a', text: 'b' })
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(TopicError);
    expect(String(failed)).toContain(name);
    await topic().publish({ subject: 'a', text: 'b' });
    expect(aws.published).toHaveLength(1);
  });

  it('gives up on a topic that does not answer', async () => {
    aws.fault({ service: 'sns', kind: 'hang' });
    await expect(topic().publish({ subject: 'a', text: 'b' })).rejects.toThrow(TopicError);
    expect(aws.calls).toHaveLength(1);
  });

  it('names an operation that it does not emulate', async () => {
    const client = new SNSClient(awsConfig(awsClientOptions(environment(), 'SNS'), 5000));
    await expect(client.send(new ListTopicsCommand({}))).rejects.toThrow('ListTopics is not emulated');
    const published = await client.send(new PublishCommand({ TopicArn: topicArn, Message: 'm' }));
    expect(published.MessageId).toBe('emulated-1');
    client.destroy();
  });
});

describe('ECS through its real client', () => {
  it('describes a healthy service', async () => {
    expect(await worker().describe()).toEqual({
      desired: 1,
      running: 1,
      deploying: false,
      lastStopReason: null,
    });
    expect(aws.calls).toEqual(['ecs.DescribeServices']);
  });

  it('reports why the last task stopped if one is missing', async () => {
    const stopped = (arn: string, stoppedReason: string, stoppedAtSeconds: number) => ({
      arn,
      stoppedReason,
      stoppedAtSeconds,
      containers: [
        { name: 'bot', exitCode: 137, reason: 'OutOfMemoryError' },
        { name: 'metrics', exitCode: 0 },
      ],
    });
    state = {
      ...calm,
      running: 0,
      stoppedTasks: [stopped('a', 'first', 1000), stopped('b', 'Essential container exited', 2000)],
    };
    expect(await worker().describe()).toMatchObject({
      running: 0,
      lastStopReason: 'Essential container exited; bot: OutOfMemoryError',
    });
  });

  it('works without a reason that ECS has forgotten', async () => {
    state = { ...calm, running: 0 };
    expect(await worker().describe()).toMatchObject({ running: 0, lastStopReason: null });
  });

  it('reports a deployment', async () => {
    state = { ...calm, deploying: true };
    expect(await worker().describe()).toMatchObject({ deploying: true });
  });

  it('says what has become of a task, and of no other service’s or cluster’s task', async () => {
    const ended = { arn: 'b', stoppedReason: 'why', stoppedAtSeconds: 1, containers: [{ name: 'bot' }] };
    state = {
      ...calm,
      liveTasks: [{ arn: 'a', isStopping: true }],
      stoppedTasks: [
        { ...ended, lastStatus: 'DEPROVISIONING' },
        { ...ended, arn: 'c' },
      ],
    };
    expect(await worker().find('a')).toMatchObject({ botHasStopped: false });
    expect(await worker().find('b')).toEqual({ botHasStopped: true, stoppedReason: 'why', privateNames: [] });
    expect(await worker().find('c')).toMatchObject({ botHasStopped: true });
    expect(await worker().find('d')).toBeUndefined();
    expect(await worker({ cluster: 'bots', service: 'other' }).find('b')).toBeUndefined();
    await expect(worker({ cluster: 'other', service: 'worker' }).find('b')).rejects.toThrow(EcsError);
  });

  it('recognises its cluster and service by name or ARN', () => {
    const names = { clusterArn: 'arn:aws:ecs:eu-central-1:1:cluster/bots', group: 'service:worker' };
    expect(worker().isOwn(names)).toBe(true);
    const arns = { cluster: names.clusterArn, service: 'arn:aws:ecs:eu-central-1:1:service/bots/worker' };
    expect(worker(arns).isOwn(names)).toBe(true);
    expect(worker().isOwn({ ...names, group: 'service:bots' })).toBe(false);
    expect(worker().isOwn({ ...names, clusterArn: 'arn:aws:ecs:eu-central-1:1:cluster/bots2' })).toBe(false);
  });

  it('begins a forced new deployment', async () => {
    expect(await worker().restart()).toBe('ecs-svc/1');
    expect(restarts).toBe(1);
  });

  it('has other services in the same cluster', async () => {
    const ended = { arn: 'h', stoppedReason: 'Out of memory', stoppedAtSeconds: 1 };
    handlers = { ...handlers, stoppedTasks: [ended] };
    const service = worker({ cluster: 'bots', service: 'handlers' });
    expect(await service.describe()).toMatchObject({ desired: 2, lastStopReason: 'Out of memory' });
    expect(await service.restart()).toBe('ecs-svc/handlers');
    expect(restarts).toBe(0);
    expect(await service.find('h')).toMatchObject({ stoppedReason: 'Out of memory' });
    expect(await worker().find('h')).toBeUndefined();
  });

  it('accepts a cluster’s ARN', async () => {
    const arn = 'arn:aws:ecs:eu-central-1:123456789012:cluster/bots';
    expect(await worker({ cluster: arn, service: 'worker' }).describe()).toMatchObject({ running: 1 });
  });

  it.each([
    ['another cluster', { cluster: 'other', service: 'worker' }, 'ClusterNotFoundException'],
    ['another service', { cluster: 'bots', service: 'other' }, 'MISSING'],
  ])('refuses %s', async (_name, name, message) => {
    await expect(worker(name).describe()).rejects.toThrow(message);
  });

  it.each([
    ['error', 'emulated failure'],
    ['throttle', 'ThrottlingException'],
    ['hang', 'ECS'],
  ] as const)('fails by the fault %s, with one attempt', async (kind, message) => {
    aws.fault({ service: 'ecs', kind });
    const failed = await worker()
      .describe()
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(EcsError);
    expect(String(failed)).toContain(message);
    expect(aws.calls).toHaveLength(1);
    aws.clearFaults();
    expect(await worker().describe()).toMatchObject({ running: 1 });
  });

  it('names an operation that it does not emulate', async () => {
    const client = new ECSClient(awsConfig(awsClientOptions(environment(), 'ECS'), 5000));
    await expect(client.send(new DescribeClustersCommand({}))).rejects.toThrow(
      /Cluster not found|not emulated/,
    );
    client.destroy();
  });
});

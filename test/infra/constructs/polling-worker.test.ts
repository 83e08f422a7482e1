import { describe, expect, it } from 'vitest';
import { sidecarNodeArguments } from '../../../services/metrics-sidecar/contract.ts';
import { runHealthCommand } from '../support/health-command.ts';
import {
  actionsOf,
  containers,
  environmentOf,
  resources,
  statementsOf,
  synthesise,
  theResource,
} from '../support/synthesised.ts';

const service = (context = {}) => theResource(synthesise(context), 'AWS::ECS::Service').Properties;

describe('the task', () => {
  const template = synthesise();
  const task = theResource(template, 'AWS::ECS::TaskDefinition').Properties;
  const { bot, metrics } = containers(template);

  it('is the smallest size of Fargate, on ARM', () => {
    expect(task).toMatchObject({
      Cpu: '256',
      Memory: '512',
      NetworkMode: 'awsvpc',
      RequiresCompatibilities: ['FARGATE'],
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    });
  });

  it('runs the bot and its sidecar from one image with two commands', () => {
    expect(bot['Image']).toEqual(metrics['Image']);
    expect(bot['Command']).toEqual(['node', 'bot.mjs']);
    expect(metrics['Command']).toEqual(['node', ...sidecarNodeArguments, 'metrics.mjs']);
  });

  it.each([bot, metrics])('confines $Name', (container) => {
    expect(container).toMatchObject({
      ReadonlyRootFilesystem: true,
      User: '65532:65532',
      StopTimeout: 120,
      LinuxParameters: { InitProcessEnabled: true, Capabilities: { Drop: ['ALL'] } },
      LogConfiguration: { LogDriver: 'awslogs', Options: { mode: 'non-blocking' } },
    });
    expect(container['Privileged']).toBeUndefined();
  });

  it('stops the bot before the sidecar, and keeps running without the sidecar', () => {
    expect(bot['DependsOn']).toEqual([{ ContainerName: 'metrics', Condition: 'START' }]);
    expect(bot['Essential']).toBe(true);
    expect(metrics['Essential']).toBe(false);
    expect(metrics['RestartPolicy']).toEqual({ Enabled: true, RestartAttemptPeriod: 60 });
  });

  it.each([
    [bot, 200, 0],
    [bot, 503, 1],
    [metrics, 200, 0],
    [metrics, undefined, 1],
    [metrics, 404, 1],
    [bot, 'silent' as const, 1],
  ])('asks for health: $0.Name answering $1 ends the command with $2', async (container, status, code) => {
    const { Command } = container['HealthCheck'] as { Command: readonly string[] };
    expect(await runHealthCommand(Command, status)).toBe(code);
  });

  it('gets each secret from its own entry, and only those of its environment', () => {
    const entries = (environment: string) =>
      (containers(synthesise({ environment })).bot.Secrets ?? []).map(({ Name, ValueFrom }) => {
        expect(JSON.stringify(ValueFrom)).toContain(`:${Name}::`);
        return Name;
      });
    expect(entries('production')).toEqual([
      'TELEGRAM_BOT_TOKEN_PROD',
      'UPSTASH_REDIS_REST_URL',
      'UPSTASH_REDIS_REST_TOKEN',
    ]);
    expect(entries('staging')).toEqual([
      'TELEGRAM_BOT_TOKEN_DEV',
      'UPSTASH_REDIS_REST_URL',
      'UPSTASH_REDIS_REST_TOKEN',
    ]);
    expect(metrics.Secrets).toBeUndefined();
    const guarded = containers(synthesise({ metricsToken: true })).metrics.Secrets ?? [];
    expect(guarded.map(({ Name }) => Name)).toEqual(['METRICS_BEARER_TOKEN']);
  });

  it('waits for the lock in every environment: a rolling deploy has two tasks', () => {
    for (const environment of ['production', 'staging']) {
      const variables = environmentOf(containers(synthesise({ environment })).bot);
      expect(variables['POLLING_LOCK_BUSY']).toBe('standby');
      expect(variables['ENVIRONMENT']).toBe(environment);
    }
  });

  it('has no rights in AWS', () => {
    expect(statementsOf(template, 'PollingWorkerTaskTaskRole')).toEqual([]);
  });

  it('is started by a role that pulls, logs and reads the worker’s secret', () => {
    expect(actionsOf(statementsOf(template, 'PollingWorkerTaskExecutionRole'))).toEqual([
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:GetAuthorizationToken',
      'ecr:GetDownloadUrlForLayer',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
    ]);
  });
});

describe('the service', () => {
  it('never runs fewer workers than desired, and rolls back by itself', () => {
    expect(service()).toMatchObject({
      DesiredCount: 1,
      AvailabilityZoneRebalancing: 'DISABLED',
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
    });
  });

  it('runs hot standbys when they are set', () => {
    expect(service({ standbyCount: 1 })).toMatchObject({
      DesiredCount: 2,
      DeploymentConfiguration: { MinimumHealthyPercent: 100, MaximumPercent: 150 },
    });
  });

  it('runs nothing while paused', () => {
    expect(service({ paused: true })).toMatchObject({ DesiredCount: 0 });
  });

  it('changes to Spot without being replaced', () => {
    expect(service()['CapacityProviderStrategy']).toEqual([{ CapacityProvider: 'FARGATE', Weight: 1 }]);
    expect(service({ spot: 'true' })['CapacityProviderStrategy']).toEqual([
      { CapacityProvider: 'FARGATE_SPOT', Weight: 1 },
    ]);
    expect(service()['LaunchType']).toBeUndefined();
  });

  it('starts, resumes, scales and moves to Spot by a deployment, which the circuit breaker watches', () => {
    const contexts = [{ paused: true }, {}, { standbyCount: 1 }, { spot: true }];
    const definitions = contexts.map((context) =>
      JSON.stringify(theResource(synthesise(context), 'AWS::ECS::TaskDefinition').Properties),
    );
    expect(new Set(definitions).size).toBe(contexts.length);
    expect(service()['DeploymentConfiguration']).toMatchObject({
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    });
  });

  it.each([
    ['public', {}, 'AWS::EC2::Route', 'PublicSubnet'],
    ['private', { network: 'private' }, 'AWS::EC2::Route', 'PrivateSubnet'],
  ])('starts after its %s route out exists, and ends before it goes', (_kind, context, type, part) => {
    const template = synthesise(context);
    const { DependsOn } = theResource(template, 'AWS::ECS::Service');
    const routes = Object.keys(resources(template, type)).filter((id) => id.includes(part));
    expect(routes).toHaveLength(2);
    expect(DependsOn).toEqual(expect.arrayContaining(routes));
  });

  it('waits for the rights of its tasks, its capacity and the copy of the secret', () => {
    const template = synthesise();
    const { DependsOn } = theResource(template, 'AWS::ECS::Service');
    const needed = [
      theResource(template, 'AWS::IAM::Policy', 'PollingWorkerTaskExecutionRole').id,
      theResource(template, 'AWS::ECS::ClusterCapacityProviderAssociations').id,
      theResource(template, 'Custom::SecretsCopy').id,
    ];
    expect(DependsOn).toEqual(expect.arrayContaining(needed));
  });

  it('has one name for Prometheus', () => {
    const template = synthesise();
    expect(theResource(template, 'AWS::ServiceDiscovery::PrivateDnsNamespace').Properties).toMatchObject({
      Name: 'staffprobot-production.internal',
    });
    expect(theResource(template, 'AWS::ServiceDiscovery::Service').Properties).toMatchObject({
      Name: 'worker',
      DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 10 }], RoutingPolicy: 'MULTIVALUE' },
    });
  });
});

describe('the image', () => {
  it('may come from ECR, with the right to pull it', () => {
    const image = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/bot:7';
    const template = synthesise({ image });
    expect(JSON.stringify(containers(template).bot['Image'])).toContain('team/bot:7');
    const pull = statementsOf(template, 'PollingWorkerTaskExecutionRole').find(({ Action }) =>
      Action.includes('ecr:BatchGetImage'),
    );
    expect(pull?.Resource).toBe('arn:aws:ecr:eu-central-1:111122223333:repository/team/bot');
  });

  it('may come from any public registry', () => {
    const image = 'ghcr.io/example/staffprobot:7';
    expect(containers(synthesise({ image })).bot['Image']).toBe(image);
  });

  it('does not change with the rest of the configuration', () => {
    const images = [synthesise(), synthesise({ standbyCount: 1, links: true })].map(
      (template) => containers(template).bot['Image'],
    );
    expect(images[0]).toEqual(images[1]);
    expect(Object.keys(resources(synthesise(), 'AWS::ECR::Repository'))).toEqual([]);
  });
});

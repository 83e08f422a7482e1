/**
 * What the tasks of both services have in common: their definition, hardened containers, and where they run.
 *
 * Tested by: test/infra/constructs/handlers-service.test.ts
 */
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { DnsRecordType } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { healthCheckScript } from '../../services/bot/contract.ts';
import { sidecarNodeArguments } from '../../services/metrics-sidecar/contract.ts';
import type { TaskSize } from '../task-size.ts';
import type { Network } from './network.ts';
import { type SecretEntry, sidecarEntries } from './secrets.ts';

/** The sidecar's port, which Prometheus scrapes, and the program's, which the sidecar scrapes. */
export const ports = { metrics: 9464, bot: 9465 } as const;
export const botPortVariable = { BOT_METRICS_PORT: String(ports.bot) } as const;
/** The sidecar's limit; the program has the rest of the task's memory. */
const sidecarMemoryMiB = 160;
/** The longest that ECS allows; every drain is shorter. */
const stopTimeout = Duration.seconds(120);
/** An unnamed user: root owns the files in the image, and nothing writes to them. */
const user = '65532:65532';
/** On the container that matters: how many tasks run, and where. */
const capacityLabel = 'staffprobot.capacity';

/** `family` comes after the stack's name. */
export function makeTask(scope: Construct, family: string, size: TaskSize): ecs.FargateTaskDefinition {
  const task = new ecs.FargateTaskDefinition(scope, 'Task', {
    family: `${Stack.of(scope).stackName}-${family}`,
    cpu: size.cpu,
    memoryLimitMiB: size.memoryMiB,
    runtimePlatform: {
      cpuArchitecture: ecs.CpuArchitecture.ARM64,
      operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
    },
  });
  Validations.of(task).acknowledge(
    {
      id: 'AwsSolutions::AwsSolutions-ECS2',
      reason: 'These variables are settings with defaults; secrets come from Secrets Manager.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'ecr:GetAuthorizationToken accepts no resource, and by itself gives access to no repository.',
    },
  );
  return task;
}

export function addContainer(
  scope: Construct,
  task: ecs.FargateTaskDefinition,
  { name, logGroup, ...options }: ecs.ContainerDefinitionOptions & { name: string; logGroup: LogGroup },
): ecs.ContainerDefinition {
  return task.addContainer(name, {
    containerName: name,
    user,
    readonlyRootFilesystem: true,
    stopTimeout,
    // An init process forwards signals and reaps orphans.
    linuxParameters: linuxParameters(scope, name),
    logging: ecs.LogDrivers.awsLogs({
      logGroup,
      streamPrefix: name,
      // Undeliverable log lines must not block the process.
      mode: ecs.AwsLogDriverMode.NON_BLOCKING,
    }),
    ...options,
  });
}

export interface SidecarProps {
  readonly image: ecs.ContainerImage;
  readonly logGroup: LogGroup;
  readonly logLevel: string | undefined;
  readonly secret: ISecret;
  /** Whether scraping needs the bearer token from the secret. */
  readonly metricsToken: boolean;
}

/** The sidecar that Prometheus scrapes, beside the program that serves its metrics at `ports.bot`. */
export function addSidecar(
  scope: Construct,
  task: ecs.FargateTaskDefinition,
  { image, logGroup, logLevel, secret, metricsToken }: SidecarProps,
): ecs.ContainerDefinition {
  const sidecar = addContainer(scope, task, {
    name: 'metrics',
    logGroup,
    image,
    // The program works without its sidecar too: ECS restarts a failed sidecar alone.
    essential: false,
    enableRestartPolicy: true,
    restartAttemptPeriod: Duration.minutes(1),
    memoryLimitMiB: sidecarMemoryMiB,
    command: ['node', ...sidecarNodeArguments, 'metrics.mjs'],
    environment: {
      METRICS_HOST: '0.0.0.0',
      METRICS_PORT: String(ports.metrics),
      ...botPortVariable,
      LOG_LEVEL: logLevel ?? 'info',
    },
    secrets: secretsFor(secret, sidecarEntries(metricsToken)),
    healthCheck: healthCheck(ports.metrics),
  });
  sidecar.addPortMappings({ containerPort: ports.metrics, protocol: ecs.Protocol.TCP });
  return sidecar;
}

function linuxParameters(scope: Construct, name: string): ecs.LinuxParameters {
  const parameters = new ecs.LinuxParameters(scope, `Linux-${name}`, { initProcessEnabled: true });
  parameters.dropCapabilities(ecs.Capability.ALL);
  return parameters;
}

export function secretsFor(secret: ISecret, entries: readonly SecretEntry[]): Record<string, ecs.Secret> {
  return Object.fromEntries(entries.map((name) => [name, ecs.Secret.fromSecretsManager(secret, name)]));
}

/** Node is not started to ask: on a quarter core that would hold up the program. */
export function healthCheck(port: number): ecs.HealthCheck {
  return {
    command: ['CMD', 'bash', healthCheckScript, String(port)],
    interval: Duration.seconds(30),
    timeout: Duration.seconds(10),
    retries: 3,
    startPeriod: Duration.seconds(60),
  };
}

function providerOf(isSpot: boolean): 'FARGATE_SPOT' | 'FARGATE' {
  return isSpot ? 'FARGATE_SPOT' : 'FARGATE';
}

/**
 * ECS does not count a changed number of tasks, or Spot, as a deployment: the circuit breaker would not watch a first
 * start, and a wrong setting would restart tasks for hours. A changed label makes a new task definition, and so a
 * deployment.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
 */
export function capacityLabels(tasks: number, isSpot: boolean): Record<string, string> {
  return { [capacityLabel]: tasks === 0 ? 'paused' : `${tasks} on ${providerOf(isSpot)}` };
}

/** Of a service whose deploys never run fewer tasks than desired, and roll back by themselves. */
export function serviceProps(
  network: Network,
  { name, isSpot }: { readonly name: string; readonly isSpot: boolean },
) {
  return {
    minHealthyPercent: 100,
    circuitBreaker: { enable: true, rollback: true },
    vpcSubnets: network.subnets,
    assignPublicIp: network.assignPublicIp,
    securityGroups: [network.workerSecurityGroup],
    capacityProviderStrategies: [{ capacityProvider: providerOf(isSpot), weight: 1 }],
    propagateTags: ecs.PropagatedTagSource.SERVICE,
    cloudMapOptions: {
      name,
      cloudMapNamespace: network.namespace,
      dnsRecordType: DnsRecordType.A,
      dnsTtl: Duration.seconds(10),
    },
  } satisfies Partial<ecs.FargateServiceProps>;
}

/** A service with the metrics that ECS writes about its tasks. */
export abstract class TaskService extends Construct {
  abstract readonly cluster: ecs.ICluster;
  abstract readonly service: ecs.FargateService;

  /**
   * The number of running tasks: ECS writes one CPU sample per task and minute. No data means no task.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html
   */
  metricRunningTasks(): Metric {
    return this.metric('CPUUtilization', 'SampleCount');
  }

  metricCpu(): Metric {
    return this.metric('CPUUtilization', 'Average');
  }

  metricMemory(): Metric {
    return this.metric('MemoryUtilization', 'Average');
  }

  private metric(metricName: string, statistic: string): Metric {
    return new Metric({
      namespace: 'AWS/ECS',
      metricName,
      statistic,
      period: Duration.minutes(1),
      dimensionsMap: { ClusterName: this.cluster.clusterName, ServiceName: this.service.serviceName },
    });
  }
}

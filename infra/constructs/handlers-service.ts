/**
 * The tasks that run handlers in queue mode: an ECS service on Fargate, of the worker's image.
 *
 * Any number may run at once: the queue gives each chat to one task at a time. A deploy starts new tasks first; the old
 * ones get SIGTERM, give back what they have not begun, and drain. The number follows the load between `tasks` and
 * `tasksMax`: by CPU, and by steps when messages grow old, which also happens to handlers that only wait.
 *
 * The task's own role may read and delete the messages of the one queue; the worker's may only send.
 *
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-step-scaling-policies.html
 */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AdjustmentType } from 'aws-cdk-lib/aws-applicationautoscaling';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { EnvironmentName } from '../configuration.ts';
import type { HandlersConfiguration } from '../handlers-configuration.ts';
import type { Network } from './network.ts';
import type { PollingWorker } from './polling-worker.ts';
import { botEntries } from './secrets.ts';
import {
  addContainer,
  addSidecar,
  botPortVariable,
  capacityLabels,
  healthCheck,
  makeTask,
  ports,
  secretsFor,
  serviceProps,
  TaskService,
} from './task-parts.ts';
import type { UpdatesQueue } from './updates-queue.ts';

export interface HandlersServiceProps {
  readonly configuration: HandlersConfiguration;
  readonly worker: PollingWorker;
  readonly updates: UpdatesQueue;
  readonly network: Network;
  readonly secret: ISecret;
  readonly environmentName: EnvironmentName;
  /** The bot's variables that are no secrets, and the queue's address. */
  readonly environment: Readonly<Record<string, string>>;
  readonly metricsToken: boolean;
  readonly paused: boolean;
  readonly logRetentionDays: RetentionDays;
}

/** The container's name, and its host name inside of the VPC. */
const name = 'handlers';
const cpuTargetPercent = 60;

export class HandlersService extends TaskService {
  readonly cluster: ecs.Cluster;
  readonly service: ecs.FargateService;
  readonly logGroup: LogGroup;
  readonly desiredCount: number;
  /** The DNS name by which Prometheus finds every task. */
  readonly metricsHostName: string;

  constructor(scope: Construct, id: string, props: HandlersServiceProps) {
    super(scope, id);
    const { configuration, network, paused, updates, worker } = props;
    this.cluster = worker.cluster;
    this.desiredCount = paused ? 0 : configuration.tasks;
    this.metricsHostName = `${name}.${network.namespace.namespaceName}`;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const task = this.makeTask(props);
    updates.grantConsume(task.taskRole);
    this.service = this.makeService(props, task);
    if (!paused && configuration.tasksMax > configuration.tasks) this.scale(props);
  }

  private makeTask(props: HandlersServiceProps): ecs.FargateTaskDefinition {
    const { configuration, environment, environmentName, metricsToken, secret } = props;
    const { logGroup } = this;
    const { image } = props.worker;
    const task = makeTask(this, name, configuration.taskSize);
    const metrics = addSidecar(this, task, {
      image,
      logGroup,
      logLevel: environment['LOG_LEVEL'],
      secret,
      metricsToken,
    });
    const handlers = addContainer(this, task, {
      name,
      logGroup,
      image,
      essential: true,
      command: ['node', 'consumer.mjs'],
      environment: { ...environment, ...botPortVariable },
      secrets: secretsFor(secret, botEntries(environmentName)),
      healthCheck: healthCheck(ports.bot),
      dockerLabels: capacityLabels(this.desiredCount, configuration.spot),
    });
    // Containers stop in reverse order, so that draining handlers can still be scraped.
    handlers.addContainerDependencies({
      container: metrics,
      condition: ecs.ContainerDependencyCondition.START,
    });
    return task;
  }

  private makeService(
    { configuration, network, worker }: HandlersServiceProps,
    taskDefinition: ecs.FargateTaskDefinition,
  ): ecs.FargateService {
    const service = new ecs.FargateService(this, 'Service', {
      ...serviceProps(network, { name, isSpot: configuration.spot }),
      cluster: worker.cluster,
      taskDefinition,
      desiredCount: this.desiredCount,
      maxHealthyPercent: 200,
    });
    service.node.addDependency(worker.capacityProviders, network.routeOut);
    if (taskDefinition.executionRole !== undefined) service.node.addDependency(taskDefinition.executionRole);
    return service;
  }

  private scale({ configuration, updates }: HandlersServiceProps): void {
    const count = this.service.autoScaleTaskCount({
      minCapacity: configuration.tasks,
      maxCapacity: configuration.tasksMax,
    });
    count.scaleOnCpuUtilization('Cpu', {
      targetUtilizationPercent: cpuTargetPercent,
      scaleInCooldown: Duration.minutes(5),
      scaleOutCooldown: Duration.minutes(1),
    });
    count.scaleOnMetric('Age', {
      metric: updates.metricOldestAge(),
      adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
      cooldown: Duration.minutes(1),
      // Scaling in is left to the CPU: a queue that is empty for a moment says nothing.
      scalingSteps: [
        { upper: 30, change: 0 },
        { lower: 30, change: +1 },
        { lower: 120, change: +2 },
      ],
    });
  }
}

/**
 * The polling worker: an ECS service on Fargate whose task runs the bot and its metrics sidecar.
 *
 * A deploy hands over without a gap: the new task starts as a standby and is healthy as such; then the old one gets
 * SIGTERM, drains and releases its lock. This needs three things: the service never runs fewer workers than desired, a
 * standby counts as healthy, and the stop timeout is longer than any drain. The circuit breaker rolls back a deployment
 * that does not become healthy.
 *
 * The task's own role has no rights: the bot talks only to Telegram and the store. In queue mode it may send to the one
 * queue. The execution role pulls the image, writes the log and reads the worker's secret.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html
 */
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { botContainerName } from '../../services/bot/contract.ts';
import type { EnvironmentName, ImageConfiguration } from '../configuration.ts';
import type { TaskSize } from '../task-size.ts';
import type { Network } from './network.ts';
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
import { workerImage } from './worker-image.ts';

export interface PollingWorkerProps {
  readonly network: Network;
  /** Where the worker sends updates in queue mode. */
  readonly updates: UpdatesQueue | undefined;
  readonly secret: ISecret;
  readonly image: ImageConfiguration;
  readonly environmentName: EnvironmentName;
  /** The bot's variables that are no secrets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly taskSize: TaskSize;
  readonly standbyCount: number;
  readonly spot: boolean;
  readonly paused: boolean;
  /** Whether scraping needs the bearer token from the secret. */
  readonly metricsToken: boolean;
  readonly logRetentionDays: RetentionDays;
}

const serviceHostName = 'worker';

export class PollingWorker extends TaskService {
  readonly cluster: ecs.Cluster;
  readonly capacityProviders: ecs.CfnClusterCapacityProviderAssociations;
  readonly service: ecs.FargateService;
  readonly image: ecs.ContainerImage;
  readonly logGroup: LogGroup;
  readonly desiredCount: number;
  /** The DNS name by which Prometheus finds the sidecar of every task. */
  readonly metricsHostName: string;

  constructor(scope: Construct, id: string, props: PollingWorkerProps) {
    super(scope, id);
    this.desiredCount = props.paused ? 0 : 1 + props.standbyCount;
    this.metricsHostName = `${serviceHostName}.${props.network.namespace.namespaceName}`;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      vpc: props.network.vpc,
      containerInsightsV2: ecs.ContainerInsights.DISABLED,
    });
    Validations.of(this.cluster).acknowledge({
      id: 'AwsSolutions::AwsSolutions-ECS4',
      reason:
        'Container Insights would cost more than the task; the sidecar and CPUUtilization show the same.',
    });
    this.image = workerImage(this, props.image);
    this.capacityProviders = this.addCapacityProviders();
    const task = this.makeTask(props);
    props.updates?.grantSend(task.taskRole);
    this.service = this.makeService(props, task);
  }

  private makeTask(props: PollingWorkerProps): ecs.FargateTaskDefinition {
    const task = makeTask(this, 'worker', props.taskSize);
    const { image, logGroup } = this;
    const { secret, metricsToken } = props;
    const logLevel = props.environment['LOG_LEVEL'];
    const metrics = addSidecar(this, task, { image, logGroup, logLevel, secret, metricsToken });
    const bot = addContainer(this, task, {
      name: botContainerName,
      logGroup,
      image,
      essential: true,
      command: ['node', 'bot.mjs'],
      environment: {
        ...props.environment,
        ...botPortVariable,
        // In every environment: during a rolling deploy the new task waits for the old one.
        POLLING_LOCK_BUSY: 'standby',
      },
      secrets: secretsFor(secret, botEntries(props.environmentName)),
      healthCheck: healthCheck(ports.bot),
      dockerLabels: capacityLabels(this.desiredCount, props.spot),
    });
    // Containers stop in reverse order, so that a draining bot can still be scraped.
    bot.addContainerDependencies({ container: metrics, condition: ecs.ContainerDependencyCondition.START });
    return task;
  }

  /** Always both, so that a change to Spot and back replaces nothing. */
  private addCapacityProviders(): ecs.CfnClusterCapacityProviderAssociations {
    return new ecs.CfnClusterCapacityProviderAssociations(this, 'CapacityProviders', {
      cluster: this.cluster.clusterName,
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [],
    });
  }

  private makeService(props: PollingWorkerProps, taskDefinition: ecs.TaskDefinition): ecs.FargateService {
    const { network } = props;
    const service = new ecs.FargateService(this, 'Service', {
      ...serviceProps(network, { name: serviceHostName, isSpot: props.spot }),
      cluster: this.cluster,
      taskDefinition,
      desiredCount: this.desiredCount,
      // Room for one more task: the one that takes over.
      maxHealthyPercent: props.standbyCount === 0 ? 200 : 150,
    });
    service.node.addDependency(this.capacityProviders);
    // A task started before its route out exists cannot pull its image; one that is stopped after the route has gone can
    // neither confirm updates nor release its lock.
    service.node.addDependency(network.routeOut);
    // CloudFormation does not know that a task needs the policies of its execution role to start.
    if (taskDefinition.executionRole !== undefined) service.node.addDependency(taskDefinition.executionRole);
    const resource = service.node.defaultChild;
    if (!(resource instanceof ecs.CfnService)) throw new Error('a Fargate service is an AWS::ECS::Service');
    // Rebalancing would move a healthy leader: a hand-over for nothing.
    resource.availabilityZoneRebalancing = 'DISABLED';
    return service;
  }
}

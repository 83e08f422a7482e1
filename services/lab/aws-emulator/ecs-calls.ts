/**
 * The four ECS calls that StaffProBot makes, in JSON 1.1, answered for the services of one cluster that the lab or a test
 * runs.
 *
 * Tested by: test/lab/aws-emulator/aws-emulator.test.ts
 */
import { botContainerName } from '../../core/platform/worker-service.ts';
import type { EmulatedAnswer } from './emulated-answer.ts';

export interface EmulatedStoppedTask {
  readonly arn: string;
  /** `DEPROVISIONING`: its bot has stopped, but its network interface is not yet gone. */
  readonly lastStatus?: 'DEPROVISIONING' | 'STOPPED';
  readonly stoppedReason: string;
  readonly stoppedAtSeconds: number;
  readonly containers?: readonly {
    readonly name: string;
    readonly exitCode?: number;
    readonly reason?: string;
  }[];
}

export interface EmulatedLiveTask {
  readonly arn: string;
  /** It was asked to stop. */
  readonly isStopping: boolean;
}

export interface EmulatedServiceState {
  readonly cluster: string;
  readonly service: string;
  readonly desired: number;
  readonly running: number;
  readonly deploying: boolean;
  readonly stoppedTasks: readonly EmulatedStoppedTask[];
  readonly liveTasks?: readonly EmulatedLiveTask[];
}

export interface EmulatedService {
  describe(): EmulatedServiceState;
  /** Begins a forced new deployment and returns its id. */
  restart(): string | Promise<string>;
}

export interface EcsCall {
  readonly operation: string;
  readonly body: string;
  readonly services: readonly EmulatedService[];
  readonly fault: 'error' | 'throttle' | undefined;
}

export async function answerEcs({ operation, body, services, fault }: EcsCall): Promise<EmulatedAnswer> {
  if (fault === 'error') return json(500, { __type: 'ServerException', message: 'an emulated failure' });
  if (fault === 'throttle') return json(400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
  const input = JSON.parse(body) as Readonly<Record<string, unknown>>;
  const states = services.map((service) => service.describe());
  if (!states.some(({ cluster }) => lastPart(cluster) === lastPart(input['cluster']))) {
    return json(400, { __type: 'ClusterNotFoundException', message: 'Cluster not found.' });
  }
  switch (operation) {
    case 'DescribeServices':
      return json(200, describeServices(states, listOf(input['services'])));
    case 'ListTasks':
      return json(200, { taskArns: listTasks(states, input) });
    case 'DescribeTasks':
      return json(200, describeTasks(states, listOf(input['tasks'])));
    case 'UpdateService':
      return updateService(services, input);
    default:
      return json(400, { __type: 'UnknownOperationException', message: `${operation} is not emulated` });
  }
}

function isNamed({ service }: EmulatedServiceState, name: unknown): boolean {
  return lastPart(service) === lastPart(name);
}

function describeServices(states: readonly EmulatedServiceState[], names: readonly unknown[]): unknown {
  const missing = names.filter((name) => !states.some((state) => isNamed(state, name)));
  return {
    services: states
      .filter((state) => names.some((name) => isNamed(state, name)))
      .map((state) => serviceOf(state)),
    failures: missing.map((arn) => ({ arn, reason: 'MISSING' })),
  };
}

function listTasks(
  states: readonly EmulatedServiceState[],
  { desiredStatus, serviceName }: Readonly<Record<string, unknown>>,
): readonly string[] {
  if (desiredStatus !== 'STOPPED') return [];
  return states
    .filter((state) => isNamed(state, serviceName))
    .flatMap(({ stoppedTasks }) => stoppedTasks.map(({ arn }) => arn));
}

function serviceOf(
  { service, desired, running, deploying }: EmulatedServiceState,
  deploymentId = 'ecs-svc/1',
) {
  const rolloutState = deploying ? 'IN_PROGRESS' : 'COMPLETED';
  const deployment = {
    id: deploymentId,
    status: 'PRIMARY',
    rolloutState,
    desiredCount: desired,
    runningCount: running,
  };
  return {
    serviceName: lastPart(service),
    status: 'ACTIVE',
    desiredCount: desired,
    runningCount: running,
    deployments: [deployment],
  };
}

function describeTasks(states: readonly EmulatedServiceState[], arns: readonly unknown[]): unknown {
  const known = states.flatMap(({ service, liveTasks = [], stoppedTasks }) =>
    [...liveTasks.map(liveTask), ...stoppedTasks.map(stoppedTask)].map((task) => ({
      ...task,
      group: `service:${lastPart(service)}`,
    })),
  );
  const missing = arns.filter((arn) => !known.some(({ taskArn }) => taskArn === arn));
  return {
    tasks: known.filter(({ taskArn }) => arns.includes(taskArn)),
    failures: missing.map((arn) => ({ arn, reason: 'MISSING' })),
  };
}

function liveTask({ arn, isStopping }: EmulatedLiveTask) {
  return {
    taskArn: arn,
    lastStatus: 'RUNNING',
    desiredStatus: isStopping ? 'STOPPED' : 'RUNNING',
    containers: [{ name: botContainerName, lastStatus: 'RUNNING' }],
  };
}

function stoppedTask({
  arn,
  lastStatus = 'STOPPED',
  stoppedReason,
  stoppedAtSeconds,
  containers = [],
}: EmulatedStoppedTask) {
  return {
    taskArn: arn,
    lastStatus,
    desiredStatus: 'STOPPED',
    stoppedReason,
    ...(lastStatus === 'STOPPED' ? { stoppedAt: stoppedAtSeconds } : {}),
    containers: containers.map((container) => ({ ...container, lastStatus: 'STOPPED' })),
  };
}

async function updateService(
  services: readonly EmulatedService[],
  input: Readonly<Record<string, unknown>>,
): Promise<EmulatedAnswer> {
  const service = services.find((one) => isNamed(one.describe(), input['service']));
  if (service === undefined) {
    return json(400, { __type: 'ServiceNotFoundException', message: 'Service not found.' });
  }
  if (input['forceNewDeployment'] !== true) {
    return json(400, {
      __type: 'InvalidParameterException',
      message: 'only a forced new deployment is emulated',
    });
  }
  const deploymentId = await service.restart();
  return json(200, { service: serviceOf({ ...service.describe(), deploying: true }, deploymentId) });
}

/** Names may be given as ARNs. */
function lastPart(name: unknown): string {
  return String(name).split('/').at(-1) ?? '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function json(status: number, body: unknown): EmulatedAnswer {
  return { status, contentType: 'application/x-amz-json-1.1', body: JSON.stringify(body) };
}

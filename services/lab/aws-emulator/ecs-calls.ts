/**
 * The four ECS calls that StaffProBot makes, in JSON 1.1, answered for a worker service that the lab or a test runs.
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

export interface EmulatedWorkerService {
  describe(): EmulatedServiceState;
  /** Begins a forced new deployment and returns its id. */
  restart(): string | Promise<string>;
}

export interface EcsCall {
  readonly operation: string;
  readonly body: string;
  readonly service: EmulatedWorkerService;
  readonly fault: 'error' | 'throttle' | undefined;
}

export async function answerEcs({ operation, body, service, fault }: EcsCall): Promise<EmulatedAnswer> {
  if (fault === 'error') return json(500, { __type: 'ServerException', message: 'an emulated failure' });
  if (fault === 'throttle') return json(400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
  const input = JSON.parse(body) as Readonly<Record<string, unknown>>;
  const state = service.describe();
  if (lastPart(input['cluster']) !== lastPart(state.cluster)) {
    return json(400, { __type: 'ClusterNotFoundException', message: 'Cluster not found.' });
  }
  switch (operation) {
    case 'DescribeServices':
      return json(200, describeServices(state, listOf(input['services'])));
    case 'ListTasks':
      return json(200, {
        taskArns: input['desiredStatus'] === 'STOPPED' ? state.stoppedTasks.map(({ arn }) => arn) : [],
      });
    case 'DescribeTasks':
      return json(200, describeTasks(state, listOf(input['tasks'])));
    case 'UpdateService':
      return updateService(service, state, input);
    default:
      return json(400, { __type: 'UnknownOperationException', message: `${operation} is not emulated` });
  }
}

function describeServices(state: EmulatedServiceState, names: readonly unknown[]): unknown {
  const found = names.some((name) => lastPart(name) === lastPart(state.service));
  return found
    ? { services: [serviceOf(state)], failures: [] }
    : { services: [], failures: names.map((arn) => ({ arn, reason: 'MISSING' })) };
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

function describeTasks(state: EmulatedServiceState, arns: readonly unknown[]): unknown {
  const known = [...(state.liveTasks ?? []).map(liveTask), ...state.stoppedTasks.map(stoppedTask)];
  const group = `service:${lastPart(state.service)}`;
  const tasks = known.filter(({ taskArn }) => arns.includes(taskArn)).map((task) => ({ ...task, group }));
  const missing = arns.filter((arn) => !known.some(({ taskArn }) => taskArn === arn));
  return { tasks, failures: missing.map((arn) => ({ arn, reason: 'MISSING' })) };
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
  service: EmulatedWorkerService,
  state: EmulatedServiceState,
  input: Readonly<Record<string, unknown>>,
): Promise<EmulatedAnswer> {
  if (lastPart(input['service']) !== lastPart(state.service)) {
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

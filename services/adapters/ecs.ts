/**
 * The worker's ECS service. Loads the client on the first call: a monitor run that finds nothing wrong makes none.
 *
 * Tested by: test/lab/aws-emulator/aws-emulator.test.ts
 */
import type { ECSClient, Task } from '@aws-sdk/client-ecs';
import { probeTimeoutMs } from '../core/outage/probes.ts';
import { cutText } from '../core/platform/foreign-text.ts';
import { memoizeAsync } from '../core/platform/memoize-async.ts';
import {
  botContainerName,
  EcsError,
  type WorkerService,
  type WorkerServiceState,
  type WorkerTask,
  type WorkerTasks,
} from '../core/platform/worker-service.ts';
import { type AwsClientOptions, awsConfig } from './aws-client.ts';

type Sdk = typeof import('@aws-sdk/client-ecs');

export interface EcsServiceName {
  readonly cluster: string;
  readonly service: string;
}

const restartTimeoutMs = 8000;
/** ECS's own reasons take a line; a container's may be of any size. */
const stopReasonMax = 1000;

export function ecsWorkerService(
  name: EcsServiceName,
  options: AwsClientOptions,
): WorkerService & WorkerTasks {
  const connected = memoizeAsync(async () => {
    const sdk = await import('@aws-sdk/client-ecs');
    return { sdk, client: new sdk.ECSClient(awsConfig(options, restartTimeoutMs)) };
  });

  async function call<Result>(
    operation: string,
    ask: (sdk: Sdk, client: ECSClient) => Promise<Result>,
  ): Promise<Result> {
    try {
      const { sdk, client } = await connected();
      return await ask(sdk, client);
    } catch (error) {
      throw error instanceof EcsError ? error : new EcsError(operation, error);
    }
  }

  return {
    describe: () =>
      call('DescribeServices', (sdk, client) =>
        describe(sdk, client, name, AbortSignal.timeout(probeTimeoutMs)),
      ),

    restart: () =>
      call('UpdateService', async (sdk, client) => {
        const command = new sdk.UpdateServiceCommand({ ...name, forceNewDeployment: true });
        const { service } = await client.send(command, {
          abortSignal: AbortSignal.timeout(restartTimeoutMs),
        });
        return service?.deployments?.find(({ status }) => status === 'PRIMARY')?.id ?? 'unnamed deployment';
      }),

    isOwn: ({ clusterArn, group }) =>
      lastPart(clusterArn) === lastPart(name.cluster) && group === groupOf(name),

    find: (taskArn) =>
      call('DescribeTasks', async (sdk, client) => {
        const command = new sdk.DescribeTasksCommand({ cluster: name.cluster, tasks: [taskArn] });
        const { tasks } = await client.send(command, { abortSignal: AbortSignal.timeout(probeTimeoutMs) });
        const task = tasks?.find((one) => one.taskArn === taskArn && one.group === groupOf(name));
        return task === undefined ? undefined : workerTask(task);
      }),
  };
}

/** A service names its tasks so. */
function groupOf({ service }: EcsServiceName): string {
  return `service:${lastPart(service)}`;
}

/** Names may be given as ARNs. */
function lastPart(name: string): string {
  return name.split('/').at(-1) ?? '';
}

function workerTask({ lastStatus, containers = [], stoppedReason, attachments = [] }: Task): WorkerTask {
  const bot = containers.find(({ name }) => name === botContainerName);
  return {
    botHasStopped: lastStatus === 'STOPPED' || bot?.lastStatus === 'STOPPED',
    stoppedReason: stoppedReason ?? null,
    privateNames: attachments
      .flatMap(({ details = [] }) => details)
      .filter(({ name }) => name === 'privateDnsName')
      .map(({ value }) => value)
      .filter((value) => value !== undefined),
  };
}

async function describe(
  sdk: Sdk,
  client: ECSClient,
  { cluster, service: serviceName }: EcsServiceName,
  abortSignal: AbortSignal,
): Promise<WorkerServiceState> {
  const command = new sdk.DescribeServicesCommand({ cluster, services: [serviceName] });
  const { services, failures } = await client.send(command, { abortSignal });
  const service = services?.[0];
  if (service === undefined) {
    const reason = failures?.[0]?.reason ?? 'no such service';
    throw new EcsError('DescribeServices', new Error(`${serviceName} in ${cluster}: ${reason}`));
  }
  const desired = service.desiredCount ?? 0;
  const running = service.runningCount ?? 0;
  return {
    desired,
    running,
    deploying: (service.deployments ?? []).some(({ rolloutState }) => rolloutState === 'IN_PROGRESS'),
    lastStopReason:
      running < desired
        ? await lastStopReason(sdk, client, { cluster, service: serviceName }, abortSignal)
        : null,
  };
}

/** ECS remembers stopped tasks for about an hour. */
async function lastStopReason(
  sdk: Sdk,
  client: ECSClient,
  { cluster, service }: EcsServiceName,
  abortSignal: AbortSignal,
): Promise<string | null> {
  const list = new sdk.ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'STOPPED' });
  const { taskArns } = await client.send(list, { abortSignal });
  if (taskArns === undefined || taskArns.length === 0) return null;
  const { tasks } = await client.send(new sdk.DescribeTasksCommand({ cluster, tasks: taskArns }), {
    abortSignal,
  });
  const newest = (tasks ?? []).toSorted(
    (a, b) => (b.stoppedAt?.getTime() ?? 0) - (a.stoppedAt?.getTime() ?? 0),
  )[0];
  if (newest === undefined) return null;
  const containers = (newest.containers ?? [])
    .filter(({ exitCode, reason }) => reason !== undefined || (exitCode !== undefined && exitCode !== 0))
    .map(({ name, exitCode, reason }) => `${name}: ${reason ?? `exit ${exitCode}`}`);
  const said = [newest.stoppedReason, ...containers].filter((part) => part !== undefined && part !== '');
  return said.length === 0 ? null : cutText(said.join('; '), stopReasonMax);
}

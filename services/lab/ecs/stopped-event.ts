/**
 * EventBridge's events of a task whose essential container has stopped: "ECS Task State Change" with the fields that a consumer may rely on.
 *
 * Source: the Amazon ECS developer guide, "Amazon ECS task state change events".
 *
 * Tested by: test/lab/lab.test.ts
 */
import type { ChildExit } from '../processes/child.ts';
import { account, cluster, region } from '../settings/lab-environment.ts';
import type { LabService } from '../settings/lab-services.ts';

export interface StoppedTaskFacts {
  readonly service: LabService;
  readonly arn: string;
  readonly lastStatus: 'DEPROVISIONING' | 'STOPPED';
  readonly exit: ChildExit;
  readonly deployment: number;
  readonly startedAtMs: number;
  readonly stoppedAtMs: number;
  readonly stoppedReason: string;
  readonly eventId: string;
}

export function stoppedTaskEvent(facts: StoppedTaskFacts): Readonly<Record<string, unknown>> {
  const { service, arn, lastStatus, exit, deployment, startedAtMs, stoppedAtMs, stoppedReason, eventId } =
    facts;
  const stoppedAt = new Date(stoppedAtMs).toISOString();
  return {
    version: '0',
    id: eventId,
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account,
    time: stoppedAt,
    region,
    resources: [arn],
    detail: {
      taskArn: arn,
      clusterArn: `arn:aws:ecs:${region}:${account}:cluster/${cluster}`,
      group: `service:${service.name}`,
      startedBy: deploymentId(deployment),
      launchType: 'FARGATE',
      lastStatus,
      desiredStatus: 'STOPPED',
      attachments: [],
      containers: [{ name: service.container, lastStatus: 'STOPPED', exitCode: exitCodeOf(exit) }],
      createdAt: new Date(startedAtMs).toISOString(),
      ...(lastStatus === 'STOPPED' ? { stoppedAt } : {}),
      stopCode: 'EssentialContainerExited',
      stoppedReason,
    },
  };
}

export function deploymentId(deployment: number): string {
  return `ecs-svc/${deployment}`;
}

/** As shells and Docker do: 128 plus the signal's number. */
export function exitCodeOf({ code, signal }: ChildExit): number {
  if (code !== null) return code;
  if (signal === 'SIGKILL') return 137;
  return signal === 'SIGTERM' ? 143 : 255;
}

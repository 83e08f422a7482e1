/**
 * The rights to describe one of the ECS services and to restart it: that one and no other.
 *
 * `ecs:ListTasks` accepts no service as its resource, only the cluster as a condition. A restart is a new deployment of
 * the same task definition, so it needs no `iam:PassRole`.
 *
 * Tested by: test/infra/constructs/functions.test.ts
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_id-based-policy-examples.html
 */
import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { Cluster, IService } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';

export interface WatchedService {
  readonly cluster: Cluster;
  readonly service: IService;
}

export function grantWatchService(
  role: Role,
  { cluster, service }: WatchedService,
  { mayRestart }: { mayRestart: boolean },
): void {
  const tasks = Stack.of(role).formatArn({
    service: 'ecs',
    resource: 'task',
    resourceName: `${cluster.clusterName}/*`,
  });
  const conditions = { ArnEquals: { 'ecs:cluster': cluster.clusterArn } };
  const resources = [service.serviceArn];
  const restart = new PolicyStatement({
    actions: ['ecs:UpdateService'],
    resources,
    // A restart must open no shell in the tasks, where the bot's secrets are.
    conditions: { ...conditions, BoolIfExists: { 'ecs:enable-execute-command': 'false' } },
  });
  const statements = [
    new PolicyStatement({ actions: ['ecs:DescribeServices'], resources, conditions }),
    new PolicyStatement({ actions: ['ecs:ListTasks'], resources: ['*'], conditions }),
    new PolicyStatement({ actions: ['ecs:DescribeTasks'], resources: [tasks], conditions }),
    ...(mayRestart ? [restart] : []),
  ];
  for (const statement of statements) role.addToPolicy(statement);
  Validations.of(role).acknowledge(
    {
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'ecs:ListTasks accepts no service as its resource: a condition limits it to the one cluster.',
    },
    {
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/<${logicalIdOf(cluster)}>/*]`,
      reason: 'Task ids are not known beforehand: the statement names all tasks of the one cluster.',
    },
  );
}

function logicalIdOf(cluster: Cluster): string {
  const resource = cluster.node.defaultChild;
  if (!CfnElement.isCfnElement(resource)) throw new Error('a cluster is an AWS::ECS::Cluster');
  return Stack.of(cluster).getLogicalId(resource);
}

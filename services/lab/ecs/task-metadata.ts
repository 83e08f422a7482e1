/**
 * The ECS task metadata endpoint, version 4: it tells each worker which task it runs in.
 *
 * Tested by: test/lab/lab.test.ts
 */
import { account, cluster, region } from '../settings/lab-environment.ts';
import { guardedServer } from '../shared/guarded-server.ts';
import { listenOnLoopback } from '../shared/loopback-server.ts';

export interface TaskMetadata {
  readonly url: string;
  close(): Promise<void>;
}

export function taskArn(taskId: string): string {
  return `arn:aws:ecs:${region}:${account}:task/${cluster}/${taskId}`;
}

export async function startTaskMetadata(): Promise<TaskMetadata> {
  const server = guardedServer((request, response) => {
    const taskId = /^\/v4\/([0-9a-f]{32})\/task$/.exec(request.url ?? '')?.[1];
    if (taskId === undefined) {
      response.writeHead(404).end();
      return;
    }
    const task = { Cluster: cluster, TaskARN: taskArn(taskId), LaunchType: 'FARGATE' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(task));
  });
  return listenOnLoopback(server, 0);
}

import { expect, it } from 'vitest';
import { ecsProblem } from '../../../services/core/ops/ecs-problem.ts';
import { EcsError } from '../../../services/core/platform/worker-service.ts';

it.each([
  ['Region is missing', 'set AWS_REGION, and credentials for it'],
  ['Could not load credentials from any providers', 'set AWS credentials'],
  ['The security token included in the request is expired', 'set AWS credentials'],
  ['User is not authorized to perform: ecs:DescribeServices', 'let these credentials describe'],
  ['Access denied', 'let these credentials describe'],
  ['Cluster not found.', 'check ECS_CLUSTER, ECS_SERVICE and AWS_REGION'],
  ['worker in bots: MISSING', 'check ECS_CLUSTER, ECS_SERVICE and AWS_REGION'],
  ['socket hang up', 'and the AWS credentials, or ask again'],
])('says how to fix “%s”', (message, fix) => {
  const problem = ecsProblem(new EcsError('DescribeServices', new Error(message)));
  expect(problem).toContain(`: ${message}; `);
  expect(problem).toContain(fix);
});

it('is one line', () => {
  expect(ecsProblem(new EcsError('UpdateService', new Error('a\n  b')))).toMatch(
    /^ECS UpdateService: Error: a b; /,
  );
});

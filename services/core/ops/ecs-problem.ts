/** What to do when ECS does not do what it is asked for: said with the failure, in one line. */
import type { EcsError } from '../platform/worker-service.ts';

/** By what the SDK and the service say; the first that fits. */
const mends: readonly (readonly [said: RegExp, mend: string])[] = [
  [/region is missing/i, 'set AWS_REGION, and credentials for it'],
  [/credential|token.*(?:expired|invalid)/i, 'set AWS credentials that are valid now'],
  [/access ?denied|not authorized/i, 'let these credentials describe and update the service'],
  [/not ?found|no such service|: missing$/i, 'check ECS_CLUSTER, ECS_SERVICE and AWS_REGION'],
];
const otherwise = 'check ECS_CLUSTER, ECS_SERVICE, AWS_REGION and the AWS credentials, or ask again';

export function ecsProblem({ message }: EcsError): string {
  const mend = mends.find(([said]) => said.test(message))?.[1] ?? otherwise;
  return `${message.replace(/\s+/g, ' ')}; ${mend}`;
}

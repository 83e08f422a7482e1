/** A failure of ECS and how to fix it, in one line. */
import { oneLine } from '../platform/foreign-text.ts';
import type { EcsError } from '../platform/worker-service.ts';

/** By the message of the SDK or the service; the first match counts. */
const fixes: readonly (readonly [message: RegExp, fix: string])[] = [
  [/region is missing/i, 'set AWS_REGION, and credentials for it'],
  [/credential|token.*(?:expired|invalid)/i, 'set AWS credentials that are still valid'],
  [/access ?denied|not authorized/i, 'let these credentials describe and update the service'],
  [/not ?found|no such service|: missing$/i, 'check ECS_CLUSTER, ECS_SERVICE and AWS_REGION'],
];
const otherwise = 'check ECS_CLUSTER, ECS_SERVICE, AWS_REGION and the AWS credentials, or ask again';

const messageMax = 500;

export function ecsProblem({ message }: EcsError): string {
  const fix = fixes.find(([shape]) => shape.test(message))?.[1] ?? otherwise;
  return `${oneLine(message, messageMax)}; ${fix}`;
}

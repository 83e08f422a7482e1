import { expect, it } from 'vitest';
import { EcsError } from '../../../services/core/platform/worker-service.ts';

it.each([
  [new TypeError('fetch failed'), 'ECS DescribeServices: TypeError: fetch failed'],
  ['a string', 'ECS DescribeServices: a string'],
])('an EcsError names the operation and its cause: %s', (cause, message) => {
  expect(new EcsError('DescribeServices', cause)).toMatchObject({ message, cause, code: 'ECS_FAILED' });
});

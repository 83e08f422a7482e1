import { expect, it } from 'vitest';
import { ecsTaskArn } from '../../services/adapters/ecs-metadata.ts';
import { type Answer, httpFixture } from '../support/http-fixture.ts';

const metadata = httpFixture();
const arn = 'arn:aws:ecs:eu-central-1:123456789012:task/bots/0f';

it('reads the task’s ARN from the metadata endpoint', async () => {
  metadata.answer = (_request, response) => response.end(JSON.stringify({ TaskARN: arn, Family: 'bot' }));
  expect(await ecsTaskArn(`${metadata.url}/v4/abc`)).toBe(arn);
  expect(metadata.requests.map(({ url }) => url)).toEqual(['/v4/abc/task']);
});

it('is undefined outside of ECS', async () => {
  expect(await ecsTaskArn(undefined)).toBeUndefined();
});

it.each<[string, Answer]>([
  ['is not JSON', (_request, response) => response.end('<html>')],
  ['is null', (_request, response) => response.end('null')],
  ['lacks the ARN', (_request, response) => response.end('{}')],
  ['holds another type', (_request, response) => response.end('{"TaskARN":1}')],
  [
    'is cut off',
    (_request, response) => response.writeHead(200, { 'content-length': 99 }).end('{').destroy(),
  ],
])('is undefined when the answer %s', async (_what, answer) => {
  metadata.answer = answer;
  expect(await ecsTaskArn(metadata.url)).toBeUndefined();
});

import { describe, expect, it } from 'vitest';
import { adviceFor, adviceOn } from '../../services/cli/advice.ts';
import { causes } from '../../services/core/outage/diagnosis.ts';

it('has advice for every cause', () => {
  expect(Object.keys(adviceFor).sort()).toEqual([...causes].sort());
});

it('gives a command that runs as it is for every other cause', () => {
  for (const cause of causes.filter((one) => one !== 'worker-switched-off')) {
    expect(adviceOn(cause, {})).toEqual(adviceFor[cause]);
    expect(adviceFor[cause].command).toMatch(/^npx staffprobot [a-z]/);
  }
});

describe('the advice to switch the worker on', () => {
  it('contains the names that are known, quoted for a shell', () => {
    const environment = { ECS_CLUSTER: 'bots', ECS_SERVICE: "the worker's", AWS_REGION: 'eu-central-1' };
    expect(adviceOn('worker-switched-off', environment).command).toBe(
      `aws ecs update-service --cluster bots --service 'the worker'\\''s' --desired-count 1 --region eu-central-1`,
    );
  });

  it.each([{}, { ECS_CLUSTER: 'bots' }, { ECS_SERVICE: 'worker', AWS_REGION: 'eu-central-1' }])(
    'says where to find the command when names are missing: %j',
    (environment) => {
      const { next, command } = adviceOn('worker-switched-off', environment);
      expect(command).toBeNull();
      expect(next).toContain('RestartCommand, with --desired-count 1');
    },
  );
});

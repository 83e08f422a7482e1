import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { synthesise } from '../support/synthesised.ts';

/** The output's value, with what CloudFormation fills in by its logical id. */
function outputOf(name: string, context = {}): string {
  const { Value } = synthesise(context).findOutputs(name)[name] as { Value: Joined };
  const [separator, parts] = Value['Fn::Join'];
  return parts.map(filled).join(separator);
}

interface Joined {
  readonly 'Fn::Join': readonly [separator: string, parts: readonly Part[]];
}
type Part = string | { readonly Ref: string } | { readonly 'Fn::GetAtt': readonly string[] };

function filled(part: Part): string {
  if (typeof part === 'string') return part;
  return 'Ref' in part ? part.Ref : part['Fn::GetAtt'].join('.');
}

it('ShellCommand exports the variables of the stack, whatever their values', () => {
  const redisKeyPrefix = `it's-$HOME"\`id\``;
  const command = outputOf('ShellCommand', { redisKeyPrefix, superadminTelegramIds: '1,2' });
  const printed = execFileSync('sh', ['-c', `${command}; env`], {
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
  });
  const variables = Object.fromEntries(printed.split('\n').map((line) => line.split(/=(.*)/s)));
  expect(variables).toMatchObject({
    ENVIRONMENT: 'production',
    REDIS_KEY_PREFIX: redisKeyPrefix,
    SUPERADMIN_TELEGRAM_IDS: '1,2',
    AWS_REGION: 'AWS::Region',
    ECS_CLUSTER: expect.stringMatching(/^PollingWorkerCluster/),
    ECS_SERVICE: expect.stringMatching(/^PollingWorkerService.*Name$/),
    OPS: expect.stringMatching(/^OpsFunction/),
  });
});

it('ShellCommand exports what the command line needs of queue mode', () => {
  const command = outputOf('ShellCommand', { handlers: 'queue' });
  expect(command).toMatch(/ HANDLERS='queue' UPDATES_QUEUE_URL='UpdatesQueue/);
  expect(command).toMatch(/ ECS_HANDLERS_SERVICE='HandlersService/);
  expect(outputOf('ShellCommand')).not.toMatch(/HANDLERS|QUEUE/);
});

it('RenewFunctionsCommand restarts both functions', () => {
  const aws = 'aws() { echo "$*"; }; date() { echo now; };';
  const printed = execFileSync('sh', ['-c', `${aws} ${outputOf('RenewFunctionsCommand')}`], {
    encoding: 'utf8',
  });
  expect(printed.trim().split('\n')).toEqual(
    ['Monitor', 'Ops'].map((prefix) =>
      expect.stringMatching(
        `^lambda update-function-configuration .*--function-name ${prefix}Function.* --description secret of now`,
      ),
    ),
  );
});

/** What the deployed stack says of itself, asked by the real command line. */
import assert from 'node:assert/strict';
import { environmentVariables } from '../../../functions/heartbeat-monitor/contract.ts';
import type { Ended } from './tools.ts';

export const stackName = 'StaffProBot-production';

export interface Names {
  readonly monitor: string;
  readonly ops: string;
  readonly check: string;
}
export type Aws = (...args: string[]) => Promise<Ended>;

export function succeeded({ code, output }: Ended): void {
  assert.equal(code, 0, output);
}

export async function text(aws: Aws, ...args: string[]): Promise<string> {
  const ended = await aws(...args, '--output', 'json');
  succeeded(ended);
  return ended.output;
}

export async function outputsOf(aws: Aws): Promise<ReadonlyMap<string, string>> {
  const describe = ['describe-stacks', '--stack-name', stackName];
  const { Stacks } = JSON.parse(await text(aws, 'cloudformation', ...describe));
  const outputs: readonly { OutputKey: string; OutputValue: string }[] = Stacks[0].Outputs;
  return new Map(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

/** Told apart by their environments: names are CloudFormation's to give. */
export async function functionNames(aws: Aws): Promise<Names> {
  const { Functions } = JSON.parse(await text(aws, 'lambda', 'list-functions'));
  const named = (part: string): string => {
    const found = Functions.find(({ FunctionName }: { FunctionName: string }) => FunctionName.includes(part));
    assert.ok(found, `no function ${part}`);
    return found.FunctionName;
  };
  const monitor = named('Monitor');
  const { Environment } = Functions.find(
    ({ FunctionName }: { FunctionName: string }) => FunctionName === monitor,
  );
  const known: readonly string[] = [...environmentVariables];
  assert.ok(Object.keys(Environment.Variables).some((name) => known.includes(name)));
  return { monitor, ops: named('Ops'), check: named('SecretsCheck') };
}

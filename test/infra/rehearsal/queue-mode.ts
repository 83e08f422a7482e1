/**
 * Queue mode as it was deployed: the programs of both task definitions, with their commands, their variables and their
 * entries of the secret, and the account's own queue between them.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { botPortVariable } from '../../../infra/constructs/task-parts.ts';
import { freePort, waitFor } from '../support/waiting.ts';
import type { Account } from './account.ts';
import { type Aws, succeeded, text } from './deployed.ts';
import { run } from './tools.ts';

export interface QueueModeStage {
  readonly aws: Aws;
  readonly account: Account;
  readonly folder: string;
  readonly telegramUrl: string;
}

interface ContainerDefinition {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
}

const token = '4242:rehearsal';
const person = { id: 4711, type: 'private', first_name: 'Anna' };

/** Somebody writes, and the handlers in the second task answer. */
export async function handleAnUpdate(stage: QueueModeStage): Promise<void> {
  const { folder, telegramUrl } = stage;
  const bundle = join(folder, 'bundle');
  const bundling = ['infra/bundle.ts', 'worker', bundle, 'test/infra/support/features.ts'];
  succeeded(await run(process.execPath, bundling));
  const tasks = [await startTask(stage, 'bot', bundle), await startTask(stage, 'handlers', bundle)];
  const output = (): string => tasks.map((task) => task.output()).join('\n');
  try {
    const message = { message_id: 1, date: 1, from: person, chat: person, text: '/features', entities };
    const body = JSON.stringify({ token, update: { message } });
    const pushed = await fetch(`${telegramUrl}/emulator/updates`, { method: 'POST', body });
    assert.ok(pushed.ok, await pushed.text());
    await waitFor('the handlers answer', output, async () => {
      const state = await fetch(`${telegramUrl}/emulator/state?token=${token}`);
      return (await state.text()).includes('a Composer');
    });
  } finally {
    const codes = await Promise.all(tasks.map((task) => task.stop()));
    assert.deepEqual(codes, [0, 0], output());
  }
}

const entities = [{ type: 'bot_command', offset: 0, length: '/features'.length }];

/** The program of the container of this name, as ECS would start it, but for its ports and the account's address. */
async function startTask({ aws, account }: QueueModeStage, name: string, bundle: string) {
  const { command, environment, secrets } = await containerOf(aws, name);
  const variables = Object.fromEntries(environment.map((one) => [one.name, one.value]));
  for (const secret of secrets) {
    const [, arn = '', entry = ''] = /^(.*):([A-Z_]+)::$/.exec(secret.valueFrom) ?? [];
    const stored = await text(aws, 'secretsmanager', 'get-secret-value', '--secret-id', arn);
    variables[secret.name] = JSON.parse(JSON.parse(stored).SecretString)[entry];
  }
  const ownPorts = await Promise.all(
    Object.keys(botPortVariable).map(async (port) => [port, String(await freePort())]),
  );
  const [program = '', ...args] = command;
  assert.equal(program, 'node');
  const child = spawn(process.execPath, args, {
    cwd: bundle,
    env: {
      ...account.environment,
      ...variables,
      ...Object.fromEntries(ownPorts),
      BOT_HANDLERS: './handlers.mjs',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (printed: string) => {
      output += printed;
    });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    output: () => output,
    stop: () => {
      child.kill();
      return ended;
    },
  };
}

async function containerOf(aws: Aws, name: string): Promise<ContainerDefinition> {
  const { taskDefinitionArns } = JSON.parse(
    await text(aws, 'ecs', 'list-task-definitions', '--sort', 'DESC'),
  );
  for (const arn of taskDefinitionArns) {
    const described = await text(aws, 'ecs', 'describe-task-definition', '--task-definition', arn);
    const { containerDefinitions } = JSON.parse(described).taskDefinition;
    const found = containerDefinitions.find((one: ContainerDefinition) => one.name === name);
    if (found !== undefined) return found;
  }
  throw new assert.AssertionError({ message: `no task has a container ${name}` });
}

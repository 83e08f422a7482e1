/** The pretend account as a process, and the environment in which the AWS tools find it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../support/waiting.ts';
import { path, type Tools } from './tools.ts';

export interface Account {
  readonly environment: Readonly<Record<string, string>>;
  /** What the account and the functions in it have printed. */
  log(): string;
  stop(): Promise<void>;
}

export const accountId = '123456789012';
export const region = 'eu-central-1';

export async function startAccount({ python, runtimeClient }: Tools, home: string): Promise<Account> {
  const port = await freePort();
  const program = join(import.meta.dirname, 'account.py');
  const node = ['--node', process.execPath, '--runtime-client', runtimeClient];
  const child = spawn(python, [program, '--port', String(port), ...node], {
    env: { ...process.env, PATH: path },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  await ready(child, () => log);
  return {
    environment: {
      PATH: path,
      // Neither the profile nor the caches of whoever rehearses are touched.
      HOME: home,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      // The name by which moto tells that a template's address has its bucket in the path.
      AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `http://localhost:${port}`,
      AWS_ACCESS_KEY_ID: 'rehearsal',
      AWS_SECRET_ACCESS_KEY: 'rehearsal',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    log: () => log,
    async stop() {
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}

async function ready(child: ChildProcess, log: () => string): Promise<void> {
  if (child.stdout === null) throw new Error('the account has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('ready ')) return;
  }
  throw new Error(`the account did not start\n${log()}`);
}

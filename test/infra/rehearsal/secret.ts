/** The secret of the deployed stack: filled in as the guide says, and what of it the functions read. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Aws, functionNames, outputsOf, text } from './deployed.ts';

interface Deployed {
  readonly aws: Aws;
  readonly invoke: (name: string, payload: object) => Promise<{ readonly answer: CopyAnswer }>;
}

interface CopyAnswer {
  readonly copiedFor: readonly string[];
  readonly problem: string | null;
}

/** As the outputs say, with an entry or two of one's own. What the answer says is wrong. */
export async function fillSecret(
  {
    folder,
    store,
  }: { readonly folder: string; readonly store: { readonly url: string; readonly token: string } },
  { aws, invoke }: Deployed,
  changes: Readonly<Record<string, string>>,
): Promise<string | null> {
  const file = join(folder, 'secret.json');
  const { arn, entries } = await filledSecret(aws);
  assert.match(entries['OPS_LINK_SECRET'] ?? '', /^\w{48}$/);
  const filled = {
    ...entries,
    TELEGRAM_BOT_TOKEN_PROD: '4242:rehearsal',
    UPSTASH_REDIS_REST_URL: store.url,
    UPSTASH_REDIS_REST_TOKEN: store.token,
    ...changes,
  };
  writeFileSync(file, JSON.stringify(filled));
  const put = ['put-secret-value', '--secret-id', arn, '--secret-string', `file://${file}`];
  await text(aws, 'secretsmanager', ...put);
  const { check } = await functionNames(aws);
  const { answer } = await invoke(check, { action: 'copy' });
  assert.deepEqual(answer.copiedFor, ['worker', 'monitor', 'ops']);
  return answer.problem;
}

type Entries = Readonly<Record<string, string>>;

/** The secret that a person fills in. */
export async function filledSecret(aws: Aws): Promise<{ readonly arn: string; readonly entries: Entries }> {
  const command = (await outputsOf(aws)).get('FillSecretCommand') ?? '';
  const arn = /--secret-id (\S+)/.exec(command)?.[1] ?? '';
  return { arn, entries: await entriesOf(aws, arn) };
}

async function entriesOf(aws: Aws, arn: string): Promise<Entries> {
  const secret = JSON.parse(await text(aws, 'secretsmanager', 'get-secret-value', '--secret-id', arn));
  return JSON.parse(secret.SecretString);
}

/** What the functions read. */
export async function copies(aws: Aws): Promise<Readonly<Record<'monitor' | 'ops', Entries>>> {
  const names = await functionNames(aws);
  const read = async (name: string): Promise<Entries> => {
    const described = await text(aws, 'lambda', 'get-function-configuration', '--function-name', name);
    return entriesOf(aws, JSON.parse(described).Environment.Variables.SECRETS_ARN);
  };
  return { monitor: await read(names.monitor), ops: await read(names.ops) };
}

/**
 * A step of the deploy: fails it with a clear line when the secret lacks an entry that the bot cannot start without.
 *
 * Without it the first deploy would try to start tasks for minutes and end with the circuit breaker's word alone.
 * Answers CloudFormation in any case, because a custom resource that stays silent hangs the deploy for its whole
 * time limit. Never shows a value of the secret.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
 */
import type { SecretsCheckProperties } from './contract.ts';

export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: SecretsCheckProperties;
}

const physicalId = 'secrets-check';
const timeoutMs = 5000;

/** Lambda's entry. */
export async function handler(event: CustomResourceEvent): Promise<void> {
  const problem = event.RequestType === 'Delete' ? undefined : await findProblem(event.ResourceProperties);
  const { StackId, RequestId, LogicalResourceId } = event;
  const answer = {
    Status: problem === undefined ? 'SUCCESS' : 'FAILED',
    Reason: problem ?? 'every entry is there',
    PhysicalResourceId: event.PhysicalResourceId ?? physicalId,
    StackId,
    RequestId,
    LogicalResourceId,
  };
  const body = JSON.stringify(answer);
  // The address is signed for no content type.
  const headers = { 'content-type': '', 'content-length': String(Buffer.byteLength(body)) };
  const response = await fetch(event.ResponseURL, { method: 'PUT', body, headers });
  if (!response.ok) throw new Error(`CloudFormation took the answer with HTTP ${response.status}`);
}

async function findProblem({ SecretArn, Required }: SecretsCheckProperties): Promise<string | undefined> {
  try {
    const entries = await readEntries(SecretArn);
    const missing = Required.filter(
      (name) => typeof entries[name] !== 'string' || entries[name].trim() === '',
    );
    return missing.length === 0 ? undefined : describeMissing(missing, SecretArn);
  } catch (error) {
    return `the secret ${SecretArn} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function describeMissing(missing: readonly string[], arn: string): string {
  const lines = missing.map((name) => `${name}: expected a value in the secret, got nothing`);
  return `${lines.join('; ')}. Deploy with -c paused=true, fill in ${arn} and deploy again (docs/deploy.md)`;
}

/** Through the Parameters and Secrets extension, which brings no client library. */
async function readEntries(arn: string): Promise<Record<string, unknown>> {
  const port = process.env['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT'] ?? '2773';
  const url = `http://localhost:${port}/secretsmanager/get?secretId=${encodeURIComponent(arn)}`;
  const headers = { 'X-Aws-Parameters-Secrets-Token': process.env['AWS_SESSION_TOKEN'] ?? '' };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const { SecretString } = (await response.json()) as { SecretString?: unknown };
  return parseObject(SecretString);
}

function parseObject(text: unknown): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(String(text));
  } catch {
    // JSON's own message would quote the secret.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error('expected a JSON object, got something else');
}

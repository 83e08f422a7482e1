/**
 * A step of the deploy: fails it with a clear line if the secret lacks an entry that the bot needs to start.
 *
 * Without it, the first deploy would try to start tasks for minutes, and the circuit breaker would not say why it
 * failed. Answers CloudFormation in every case, because a silent custom resource hangs the deploy until its time limit.
 * Never shows a value of the secret.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
 */
import { readSecret } from '../../services/adapters/secrets.ts';
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

/** Lambda's entry. */
export async function handler(event: CustomResourceEvent): Promise<void> {
  const problem = event.RequestType === 'Delete' ? undefined : await findProblem(event.ResourceProperties);
  const { StackId, RequestId, LogicalResourceId } = event;
  const answer = {
    Status: problem === undefined ? 'SUCCESS' : 'FAILED',
    Reason: problem ?? 'every entry is filled in',
    PhysicalResourceId: event.PhysicalResourceId ?? physicalId,
    StackId,
    RequestId,
    LogicalResourceId,
  };
  const body = JSON.stringify(answer);
  // The URL's signature allows no content type.
  const headers = { 'content-type': '', 'content-length': String(Buffer.byteLength(body)) };
  const response = await fetch(event.ResponseURL, { method: 'PUT', body, headers });
  if (!response.ok) throw new Error(`CloudFormation refused the answer with HTTP ${response.status}`);
}

async function findProblem({ SecretArn, Required }: SecretsCheckProperties): Promise<string | undefined> {
  try {
    const entries = await readSecret(SecretArn, process.env);
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

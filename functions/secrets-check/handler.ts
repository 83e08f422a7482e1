/**
 * A step of the deploy: fails it with a clear line if the secret lacks an entry that the bot needs to start, or holds one
 * that does not work.
 *
 * Without it, the first deploy would try to start tasks for minutes, and the circuit breaker would not say why it
 * failed. Answers CloudFormation in every case, because a silent custom resource hangs the deploy until its time limit.
 * Never shows a value of the secret.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
 */
import { obeyProxy } from '../../services/adapters/proxy.ts';
import { readSecret } from '../../services/adapters/secrets.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { metricLine } from '../shared/metric-line.ts';
import { functionName, metrics, type SecretsCheckProperties } from './contract.ts';
import { tryEntries } from './try-entries.ts';

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
  if (problem === undefined && event.RequestType !== 'Delete') writeStarting();
  const { StackId, RequestId, LogicalResourceId } = event;
  const answer = {
    Status: problem === undefined ? 'SUCCESS' : 'FAILED',
    Reason: problem ?? 'every entry is filled in and works',
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

function writeStarting(): void {
  const deployedName = process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? functionName;
  process.stdout.write(`${metricLine(deployedName, { [metrics.starting]: 1 }, systemClock.wallMs())}\n`);
}

async function findProblem({ SecretArn, Required }: SecretsCheckProperties): Promise<string | undefined> {
  let entries: Readonly<Record<string, unknown>>;
  try {
    entries = await readSecret(SecretArn, process.env);
  } catch (error) {
    return `the secret ${SecretArn} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  const isFilled = (name: string): boolean =>
    typeof entries[name] === 'string' && entries[name].trim() !== '';
  const missing = Required.filter((name) => !isFilled(name));
  const problems =
    missing.length > 0
      ? missing.map((name) => `${name}: expected a value in the secret, got nothing`)
      : await tryRequired(Required, entries);
  if (problems.length === 0) return undefined;
  return `${problems.join('. ')}. Deploy with -c paused=true, correct ${SecretArn} and deploy again (docs/deploy.md)`;
}

/** Only what the bot gets: the production token, say, is wrong in staging but may stand in the secret. */
async function tryRequired(
  required: readonly string[],
  entries: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  const given = Object.fromEntries(required.map((name) => [name, String(entries[name])]));
  try {
    obeyProxy(process.env);
    return await tryEntries({ ...process.env, ...given });
  } catch (error) {
    return [`the secret could not be tried: ${error instanceof Error ? error.name : 'unknown error'}`];
  }
}

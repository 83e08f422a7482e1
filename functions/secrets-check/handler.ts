/**
 * Looks after the secret: two steps of the deploy, and what a person invokes after a change.
 *
 * `Custom::SecretsCheck` fails the deploy with a clear line if the secret lacks an entry that the bot needs to start, or
 * holds one that does not work. Without it, the first deploy would try to start tasks for minutes, and the circuit
 * breaker would not say why it failed. `Custom::SecretsCopy` gives each reader its entries, and so does a direct
 * invocation with `{"action":"copy"}`, which says besides whether they work.
 *
 * Answers CloudFormation in every case, because a silent custom resource hangs the deploy until its time limit. Never
 * shows a value of the secret.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
 */
import { obeyProxy } from '../../services/adapters/proxy.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import { metricLine } from '../shared/metric-line.ts';
import {
  copyRequest,
  copyResourceType,
  functionName,
  metrics,
  type SecretsCheckProperties,
  type SecretsCopyProperties,
} from './contract.ts';
import { copyEntries, readPlan } from './copy-entries.ts';
import { findProblem } from './find-problem.ts';

export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType: string;
  readonly ResourceProperties: SecretsCheckProperties | SecretsCopyProperties;
}

/** What a person sees. */
export interface CopyAnswer {
  readonly copiedFor: readonly string[];
  /** Null: every entry that the bot needs is filled in and works. */
  readonly problem: string | null;
}

/** Lambda's entry. */
export async function handler(
  event: CustomResourceEvent | typeof copyRequest,
): Promise<CopyAnswer | undefined> {
  if (!('RequestType' in event)) return copyAndCheck(event);
  await answer(event, event.RequestType === 'Delete' ? undefined : await carryOut(event));
  return undefined;
}

/** In one line what stands in the way. */
async function carryOut({
  ResourceType,
  ResourceProperties,
}: CustomResourceEvent): Promise<string | undefined> {
  if (ResourceType === copyResourceType) return copy();
  const { SecretArn, Required } = ResourceProperties as SecretsCheckProperties;
  const problem = await findProblem(SecretArn, Required, process.env);
  if (problem !== undefined) {
    return `${problem}. Deploy with -c paused=true, correct ${SecretArn} and deploy again (docs/deploy.md)`;
  }
  writeStarting();
  return undefined;
}

/** Copies even what does not work: it is what the person has decided, and Telegram or the store may only be away. */
async function copyAndCheck({ action }: Partial<typeof copyRequest>): Promise<CopyAnswer> {
  if (action !== copyRequest.action) {
    return { copiedFor: [], problem: `expected the payload ${JSON.stringify(copyRequest)}, got another` };
  }
  const problem = await copy();
  if (problem !== undefined) return { copiedFor: [], problem };
  const { source, copies, required } = readPlan(process.env);
  const found = await findProblem(source, required, process.env);
  return { copiedFor: copies.map(({ reader }) => reader), problem: found ?? null };
}

async function copy(): Promise<string | undefined> {
  try {
    obeyProxy(process.env);
    await copyEntries(readPlan(process.env), process.env, { clock: systemClock, random: systemRandom });
    return undefined;
  } catch (error) {
    return `the entries could not be copied: ${error instanceof Error ? error.message : 'unknown error'}`;
  }
}

async function answer(event: CustomResourceEvent, problem: string | undefined): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const answer = {
    Status: problem === undefined ? 'SUCCESS' : 'FAILED',
    Reason: problem ?? 'done',
    PhysicalResourceId: event.PhysicalResourceId ?? physicalIdOf(event),
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

function physicalIdOf({ ResourceType }: CustomResourceEvent): string {
  return ResourceType === copyResourceType ? 'secrets-copy' : functionName;
}

function writeStarting(): void {
  const deployedName = process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? functionName;
  process.stdout.write(`${metricLine(deployedName, { [metrics.starting]: 1 }, systemClock.wallMs())}\n`);
}

/**
 * Writes the value of a secret in Secrets Manager.
 *
 * Guarantees: an error names the code of the refusal, never a value. Does not repeat a failed call.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
import type { Environment } from '../core/settings/variable-reader.ts';
import { awsClientOptions } from './aws-client.ts';
import { signedHeaders } from './aws-signature.ts';
import { reasonOf } from './error-description.ts';

const timeoutMs = 5000;

export class SecretWriteError extends Error {
  readonly code = 'SECRET_WRITE';
}

export interface NewSecretValue {
  readonly arn: string;
  readonly value: string;
  /** Unguessable and new: the name of this version. */
  readonly token: string;
}

/**
 * The credentials of the environment sign the request.
 * @throws SecretWriteError with one line
 */
export async function writeSecret(
  { arn, value, token }: NewSecretValue,
  environment: Environment,
  nowMs: number,
): Promise<void> {
  const {
    region = arn.split(':')[3] ?? '',
    endpoint,
    credentials,
  } = awsClientOptions(environment, 'SECRETS_MANAGER');
  if (credentials === undefined) throw new SecretWriteError('expected AWS credentials in the environment');
  const request = {
    method: 'POST',
    url: new URL(endpoint ?? `https://secretsmanager.${region}.${domainOf(arn)}/`),
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.PutSecretValue',
    },
    body: JSON.stringify({ SecretId: arn, SecretString: value, ClientRequestToken: token }),
  };
  const headers = signedHeaders(request, { credentials, region, service: 'secretsmanager', nowMs });
  let response: Response;
  try {
    response = await fetch(request.url, { ...request, headers, signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    throw new SecretWriteError(`no answer from Secrets Manager (${reasonOf(error)})`);
  }
  const answer = await response.text().catch(() => '');
  if (!response.ok) throw new SecretWriteError(`HTTP ${response.status}${refusalIn(answer)}`);
}

/** `arn:aws-cn:…` is China's. */
function domainOf(arn: string): string {
  return arn.startsWith('arn:aws-cn:') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

/** `com.amazonaws.secretsmanager#AccessDeniedException`, or the last part alone. */
function refusalIn(answer: string): string {
  const code = /"__type"\s*:\s*"(?:[\w.]+#)?(\w{1,60})"/.exec(answer)?.[1];
  return code === undefined ? '' : ` ${code}`;
}

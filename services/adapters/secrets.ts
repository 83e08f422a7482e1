/**
 * Fills unset variables from the JSON secret `SECRETS_ARN` in Secrets Manager.
 *
 * Reads it through the local HTTP endpoint of the Parameters and Secrets Lambda extension, which caches and needs no
 * client library. The extension answers only during an invocation, not before the first one. Errors contain neither
 * the secret nor the session token.
 */
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import { reasonOf } from './error-description.ts';

const defaultPort = '2773';
const timeoutMs = 5000;

export async function withSecrets(environment: Environment): Promise<Environment> {
  const arn = environment['SECRETS_ARN'];
  if (!arn) return environment;
  const secret = await readSecret(arn, environment).catch((error: unknown) => {
    throw error instanceof SecretError ? new ConfigurationError([`SECRETS_ARN: ${error.message}`]) : error;
  });
  const filled: Record<string, string | undefined> = { ...environment };
  for (const [name, value] of Object.entries(secret)) {
    if (!filled[name]) filled[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return filled;
}

/** The secret cannot be read, or is no JSON object. */
class SecretError extends Error {
  readonly code = 'SECRET';
}

/** @throws SecretError with one line */
export async function readSecret(
  arn: string,
  environment: Environment,
): Promise<Readonly<Record<string, unknown>>> {
  const port = environment['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT'] || defaultPort;
  const url = `http://localhost:${port}/secretsmanager/get?secretId=${encodeURIComponent(arn)}`;
  const headers = { 'X-Aws-Parameters-Secrets-Token': environment['AWS_SESSION_TOKEN'] ?? '' };
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    status = response.status;
    text = await response.text();
  } catch (error) {
    throw new SecretError(
      `expected an answer from the secrets extension on port ${port}, got none (${reasonOf(error)})`,
    );
  }
  if (status !== 200) {
    throw new SecretError(`expected the secret, got HTTP ${status}; may the function read ${arn}?`);
  }
  const secret = readEntries(text);
  if (secret === undefined) {
    throw new SecretError('expected a JSON object of variables in the secret, got something else');
  }
  return secret;
}

function readEntries(text: string): Record<string, unknown> | undefined {
  try {
    const { SecretString } = JSON.parse(text) as { SecretString?: unknown };
    const secret: unknown = typeof SecretString === 'string' ? JSON.parse(SecretString) : undefined;
    return typeof secret === 'object' && secret !== null && !Array.isArray(secret)
      ? { ...secret }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Secrets Manager, read once at cold start: the entries of the JSON secret `SECRETS_ARN` stand in for the variables
 * that are not set.
 *
 * Read through the Parameters and Secrets Lambda extension's local HTTP endpoint, which brings no client library and
 * caches; it answers only during an invocation, not before the first one. Nothing of the secret or of the session's
 * token gets into an error.
 */
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import type { Environment } from '../core/settings/variable-reader.ts';

const defaultPort = '2773';
const timeoutMs = 5000;

export async function withSecrets(environment: Environment): Promise<Environment> {
  const arn = environment['SECRETS_ARN'];
  if (!arn) return environment;
  const secret = await readSecret(arn, environment);
  const filled: Record<string, string | undefined> = { ...environment };
  for (const [name, value] of Object.entries(secret)) {
    if (!filled[name]) filled[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return filled;
}

async function readSecret(arn: string, environment: Environment): Promise<object> {
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
    const reason =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new ConfigurationError([
      `SECRETS_ARN: expected an answer from the secrets extension on port ${port}, got none (${reason})`,
    ]);
  }
  if (status !== 200) {
    throw new ConfigurationError([
      `SECRETS_ARN: expected the secret, got HTTP ${status}; may the function read ${arn}?`,
    ]);
  }
  const secret = entriesOf(text);
  if (secret === undefined) {
    throw new ConfigurationError([
      'SECRETS_ARN: expected a JSON object of variables in the secret, got something else',
    ]);
  }
  return secret;
}

function entriesOf(text: string): object | undefined {
  try {
    const { SecretString } = JSON.parse(text) as { SecretString?: unknown };
    const secret: unknown = typeof SecretString === 'string' ? JSON.parse(SecretString) : undefined;
    return typeof secret === 'object' && secret !== null && !Array.isArray(secret) ? secret : undefined;
  } catch {
    return undefined;
  }
}

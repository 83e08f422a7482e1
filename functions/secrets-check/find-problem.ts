/**
 * Whether the secret holds the entries that the bot needs to start, and whether they work. Never shows a value.
 *
 * Tested by: test/functions/secrets-check/handler.test.ts
 */
import { obeyProxy } from '../../services/adapters/proxy.ts';
import { readSecret } from '../../services/adapters/secrets.ts';
import type { Environment } from '../../services/core/settings/variable-reader.ts';
import { tryEntries } from './try-entries.ts';

/** In one line; undefined if every required entry is filled in and works. */
export async function findProblem(
  arn: string,
  required: readonly string[],
  environment: Environment,
): Promise<string | undefined> {
  let entries: Readonly<Record<string, unknown>>;
  try {
    entries = await readSecret(arn, environment);
  } catch (error) {
    return `the secret ${arn} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  const isFilled = (name: string): boolean =>
    typeof entries[name] === 'string' && entries[name].trim() !== '';
  const missing = required.filter((name) => !isFilled(name));
  const problems =
    missing.length > 0
      ? missing.map((name) => `${name}: expected a value in the secret, got nothing`)
      : await tryRequired(required, entries, environment);
  return problems.length === 0 ? undefined : problems.join('. ');
}

/** Only what the bot gets: the production token, say, is wrong in staging but may stand in the secret. */
async function tryRequired(
  required: readonly string[],
  entries: Readonly<Record<string, unknown>>,
  environment: Environment,
): Promise<readonly string[]> {
  const given = Object.fromEntries(required.map((name) => [name, String(entries[name])]));
  try {
    obeyProxy(environment);
    return await tryEntries({ ...environment, ...given });
  } catch (error) {
    return [`the secret could not be tried: ${error instanceof Error ? error.name : 'unknown error'}`];
  }
}

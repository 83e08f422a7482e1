/** Reads `.env` of the current folder. An unreadable one is a one-line problem, not a stack trace. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import type { Environment } from '../core/settings/variable-reader.ts';

/** Undefined when there is none. @throws ConfigurationError */
export function readEnvFile(): Environment | undefined {
  try {
    return parseEnv(readFileSync('.env', 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    const got = code === 'EISDIR' ? 'a folder' : `one that cannot be read (${String(code ?? error)})`;
    throw new ConfigurationError([
      `.env: expected a file that you may read, got ${got}; fix it or remove it`,
    ]);
  }
}

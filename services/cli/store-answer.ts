/**
 * Explains a store that does not answer: adds what its address serves, if that is no Redis REST API.
 *
 * Tested by: test/cli/misconfiguration.test.ts
 */
import { probeStore } from '../adapters/store-probe.ts';
import type { OpsError } from '../core/ops/payload.ts';
import { readSharedSettings } from '../core/settings/shared-settings.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import { tokenOptional } from './settings.ts';

export async function withStoreAnswer(error: OpsError, environment: Environment): Promise<OpsError> {
  if (error.code !== 'STORE_UNREACHABLE') return error;
  const read = readSharedSettings(environment, tokenOptional);
  const served = read.ok ? await probeStore(read.settings.store) : undefined;
  return served === undefined ? error : { ...error, message: `${error.message} (${served})` };
}

/**
 * A store that is made anew on purpose says so by epoch 0: no leader can have outlived the one before it, so the
 * first worker need not wait for a lease to pass.
 */
import { upstashStore } from '../../adapters/redis/upstash-store.ts';
import { storeKeys } from '../../core/platform/store-keys.ts';

const timeoutMs = 3000;

export async function seedEpoch(store: { url: string; token: string; keyPrefix: string }): Promise<void> {
  const { url, token, keyPrefix } = store;
  await upstashStore({ url, token, timeoutMs }).command(['SET', storeKeys(keyPrefix).epoch, '0', 'NX']);
}

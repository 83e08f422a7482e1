/**
 * Marks a store as deliberately new by epoch 0. No leader can have survived from before, so the first worker need not wait
 * out a lease.
 */
import { upstashStore } from '../../adapters/redis/upstash-store.ts';
import { storeKeys } from '../../core/platform/store-keys.ts';

const timeoutMs = 3000;

export async function seedEpoch(store: { url: string; token: string; keyPrefix: string }): Promise<void> {
  const { url, token, keyPrefix } = store;
  await upstashStore({ url, token, timeoutMs }).command(['SET', storeKeys(keyPrefix).epoch, '0', 'NX']);
}

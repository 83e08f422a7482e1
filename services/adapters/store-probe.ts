/**
 * Finds out what answers at the store's address after the store gave no usable answer, for the error's one line.
 *
 * Guarantees: never rejects, ends within five seconds, and reveals only the answer's status and content type.
 */
import type { StoreSettings } from '../core/settings/shared-settings.ts';

const timeoutMs = 5000;

/** Undefined when nothing answers, or when a Redis REST API does. */
export async function probeStore({
  url,
  token,
}: Pick<StoreSettings, 'url' | 'token'>): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '["PING"]',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (isRedisRest(await response.text())) return undefined;
    const kind = /^[\w.+-]+\/[\w.+-]+/.exec(response.headers.get('content-type') ?? '')?.[0];
    return `its address answers HTTP ${response.status}, ${kind ?? 'no content type'}: no Redis REST API`;
  } catch {
    // The error being reported says already that nothing answers.
    return undefined;
  }
}

function isRedisRest(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && ('result' in answer || 'error' in answer);
  } catch {
    return false;
  }
}

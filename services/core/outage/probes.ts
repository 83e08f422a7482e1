/** What the monitor finds out beside the store: asked only when there is something to tell. */

import { type BotApi, BotApiRefusedError, BotApiUnreachableError } from '../platform/bot-api.ts';
import { isTokenRejection } from '../platform/token-rejection.ts';
import { EcsError, type WorkerService, type WorkerServiceState } from '../platform/worker-service.ts';

export type TelegramFacts =
  | { readonly kind: 'reachable'; readonly pendingUpdates: number; readonly webhookHost: string | null }
  | { readonly kind: 'token-rejected' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'not-asked' };

export type EcsFacts =
  | ({ readonly kind: 'known' } & WorkerServiceState)
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-configured' };

interface WebhookInfo {
  readonly url?: unknown;
  readonly pending_update_count?: unknown;
}

/** Also what the ECS adapter gives one description. */
export const probeTimeoutMs = 4000;

/** Never rejects: not getting an answer is a fact as well. */
export async function probeTelegram(api: BotApi): Promise<TelegramFacts> {
  try {
    const info = await api.call<WebhookInfo>('getWebhookInfo', {}, { timeoutMs: probeTimeoutMs });
    const pending = info.pending_update_count;
    return {
      kind: 'reachable',
      pendingUpdates: typeof pending === 'number' ? pending : 0,
      webhookHost: webhookHost(info.url),
    };
  } catch (error) {
    if (error instanceof BotApiRefusedError) {
      return { kind: isTokenRejection(error) ? 'token-rejected' : 'unreachable' };
    }
    if (error instanceof BotApiUnreachableError) return { kind: 'unreachable' };
    throw error;
  }
}

/** Only the host: a webhook's path is often its secret. Null when none is set. */
export function webhookHost(url: unknown): string | null {
  if (typeof url !== 'string' || url === '') return null;
  return URL.canParse(url) ? new URL(url).host : 'an unreadable address';
}

/** Never rejects for what ECS does. */
export async function probeEcs(service: WorkerService | undefined): Promise<EcsFacts> {
  if (service === undefined) return { kind: 'not-configured' };
  try {
    return { kind: 'known', ...(await service.describe()) };
  } catch (error) {
    if (error instanceof EcsError) return { kind: 'unknown' };
    throw error;
  }
}

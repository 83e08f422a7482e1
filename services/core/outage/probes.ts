/** What the monitor asks Telegram and ECS, only when it has an alert to send. */

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

/** The ECS adapter gives one description the same time. */
export const probeTimeoutMs = 4000;

/** Rejects for a bug only: no answer is a fact too. */
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

/** Only the host, because a webhook's path is often its secret. Null if no webhook is set. */
export function webhookHost(url: unknown): string | null {
  if (typeof url !== 'string' || url === '') return null;
  return URL.canParse(url) ? new URL(url).host : 'an unreadable address';
}

/** Rejects for a bug only, never for a failure of ECS. */
export async function probeEcs(service: WorkerService | undefined): Promise<EcsFacts> {
  if (service === undefined) return { kind: 'not-configured' };
  try {
    return { kind: 'known', ...(await service.describe()) };
  } catch (error) {
    if (error instanceof EcsError) return { kind: 'unknown' };
    throw error;
  }
}

/**
 * Drops the updates waiting in Telegram's queue, for good.
 *
 * Uses `deleteWebhook` with `drop_pending_updates`: it works while another process polls, and it empties the queue
 * even if no webhook is set. (`getUpdates` with offset −1 leaves one update and has no `drop_pending_updates`.)
 */
import { webhookHost } from '../outage/probes.ts';
import { type OpsCall, record } from './ops-ports.ts';
import type { DropUpdatesResult } from './results.ts';

const callTimeoutMs = 5000;

export async function dropUpdates(call: OpsCall): Promise<DropUpdatesResult> {
  const { telegram } = call.ports;
  const options = { timeoutMs: callTimeoutMs };
  const info = await telegram.call<{ url?: unknown; pending_update_count?: unknown }>(
    'getWebhookInfo',
    {},
    options,
  );
  const droppedUpdates = Number(info.pending_update_count ?? 0);
  const webhook = webhookHost(info.url);
  await telegram.call('deleteWebhook', { drop_pending_updates: true }, options);
  const before = `${droppedUpdates} pending${webhook === null ? '' : `, webhook at ${webhook}`}`;
  await record(call, { event: 'dropped', before, after: '0 pending, no webhook' });
  return { droppedUpdates, webhookRemoved: webhook !== null };
}

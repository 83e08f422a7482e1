/**
 * Drops the updates that wait, for good: at Telegram, and in queue mode in the updates queue too.
 *
 * Uses `deleteWebhook` with `drop_pending_updates`: it works while another process polls, and it empties the queue
 * even if no webhook is set. (`getUpdates` with offset −1 leaves one update and has no `drop_pending_updates`.)
 *
 * The updates queue is purged first, because SQS allows that once a minute only: if it refuses, nothing was dropped. If
 * Telegram fails afterwards, the answer says what is gone. A purge takes up to a minute; what a handler has begun goes on.
 */
import { webhookHost } from '../outage/probes.ts';
import { waitingIn } from '../outage/queue-trouble.ts';
import type { OperatedQueue } from '../queue/queue-watch.ts';
import { faultOf, type OpsCall, OpsRefusal, record } from './ops-ports.ts';
import type { DropUpdatesResult } from './results.ts';

const callTimeoutMs = 5000;

export async function dropUpdates(call: OpsCall): Promise<DropUpdatesResult> {
  const { updatesQueue } = call.ports;
  if (updatesQueue === undefined) return dropAtTelegram(call);
  const purgedMessages = await purge(updatesQueue.queue);
  const before = `about ${purgedMessages} in the updates queue`;
  await record(call, { event: 'dropped', before, after: 'purged' });
  try {
    return { ...(await dropAtTelegram(call)), purgedMessages };
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    const message = `the updates queue was purged (${before}); at Telegram nothing may be dropped: ${fault.message}`;
    throw new OpsRefusal({ code: fault.code, message });
  }
}

async function purge(queue: OperatedQueue): Promise<number> {
  const held = waitingIn(await queue.look());
  if ((await queue.purge()) === 'purged') return held;
  throw new OpsRefusal({
    code: 'PURGE_TOO_SOON',
    message:
      'SQS purges a queue once a minute at most, and it was purged just now: nothing was dropped; try again in a minute',
  });
}

async function dropAtTelegram(call: OpsCall): Promise<DropUpdatesResult> {
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

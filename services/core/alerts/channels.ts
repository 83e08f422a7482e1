/**
 * How a notice goes out in each channel, and what a failure means for it.
 *
 * The outcome is a value, never an exception: one recipient's failure is nobody else's. What may have arrived
 * although no answer came is said, so that the next attempt is marked as a possible repeat.
 */

import { type BotApi, BotApiRefusedError, BotApiUnreachableError } from '../platform/bot-api.ts';
import { StoreRefusedError, StoreUnreachableError } from '../platform/store-errors.ts';
import type { LinkButton } from './alert-links.ts';
import type { DeliveryOutcome } from './delivery-store.ts';
import type { InboxEntry } from './inbox-entry.ts';
import type { InboxStore } from './inbox-store.ts';

/** A topic that fans out to whoever subscribed: SNS. */
export interface AlertTopic {
  /** @throws TopicError */
  publish(message: { readonly subject: string; readonly text: string }): Promise<void>;
}

export class TopicError extends Error {
  readonly code = 'TOPIC_FAILED';

  constructor(cause: unknown) {
    super(`SNS publish: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`, {
      cause,
    });
    this.name = 'TopicError';
  }
}

export const telegramSendTimeoutMs = 10_000;
/** Telegram's limit on a message's length. */
const telegramTextMax = 4096;

/** A button that Telegram does not accept (an address of another form) must not cost the alert: it goes without. */
export async function sendTelegram(
  api: BotApi,
  chatId: string,
  notification: InboxEntry,
  buttons: readonly LinkButton[] = [],
): Promise<DeliveryOutcome> {
  try {
    await sendMessage(api, chatId, notification, buttons);
    return { kind: 'sent' };
  } catch (error) {
    if (buttons.length > 0 && areButtonsRefused(error)) return sendTelegram(api, chatId, notification);
    return telegramFailure(error);
  }
}

function areButtonsRefused(error: unknown): boolean {
  return (
    error instanceof BotApiRefusedError &&
    error.status === 400 &&
    /button|keyboard|markup|url/i.test(error.description)
  );
}

async function sendMessage(
  api: BotApi,
  chatId: string,
  { title, text }: InboxEntry,
  buttons: readonly LinkButton[],
): Promise<void> {
  await api.call(
    'sendMessage',
    {
      chat_id: Number(chatId),
      text: `${title}\n${text}`.slice(0, telegramTextMax),
      link_preview_options: { is_disabled: true },
      ...(buttons.length > 0 ? { reply_markup: { inline_keyboard: buttons.map((button) => [button]) } } : {}),
    },
    { timeoutMs: telegramSendTimeoutMs },
  );
}

function telegramFailure(error: unknown): DeliveryOutcome {
  if (error instanceof BotApiUnreachableError) {
    return { kind: 'retry', delayMs: 0, mayHaveArrived: true, why: error.message };
  }
  if (!(error instanceof BotApiRefusedError)) throw error;
  // Blocked by the person (403), or a chat that does not exist (400): neither mends itself within an outage.
  if (error.status === 403 || error.status === 400) return { kind: 'dead', why: error.message };
  const delayMs = (error.retryAfterSeconds ?? 0) * 1000;
  return { kind: 'retry', delayMs, mayHaveArrived: false, why: error.message };
}

export async function sendToInbox(
  inbox: InboxStore,
  telegramId: string,
  notification: InboxEntry,
): Promise<DeliveryOutcome> {
  try {
    await inbox.push(telegramId, notification);
    return { kind: 'sent' };
  } catch (error) {
    // An inbox of the wrong type stays so: it must not hold up the others.
    if (error instanceof StoreRefusedError) return { kind: 'dead', why: error.message };
    if (!(error instanceof StoreUnreachableError)) throw error;
    return { kind: 'retry', delayMs: 0, mayHaveArrived: true, why: error.message };
  }
}

export async function sendToTopic(
  topic: AlertTopic | undefined,
  subject: string,
  { title, text }: InboxEntry,
): Promise<DeliveryOutcome> {
  if (topic === undefined) return { kind: 'dead', why: 'ALERT_TOPIC_ARN is not set any more' };
  try {
    await topic.publish({ subject, text: `${title}\n${text}` });
    return { kind: 'sent' };
  } catch (error) {
    if (!(error instanceof TopicError)) throw error;
    return { kind: 'retry', delayMs: 0, mayHaveArrived: true, why: error.message };
  }
}

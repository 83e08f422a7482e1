/**
 * How an alert goes out through each channel, and what a failure means.
 *
 * Guarantees: a failure of the channel is an outcome, never an exception, so it affects no other recipient. If a
 * message may have arrived although no answer came, the outcome says so; the next attempt is then marked as a repeat.
 */

import { type BotApi, BotApiRefusedError, BotApiUnreachableError } from '../platform/bot-api.ts';
import { StoreRefusedError, StoreUnreachableError } from '../platform/store-errors.ts';
import type { LinkButton } from './alert-links.ts';
import type { DeliveryOutcome } from './delivery-store.ts';
import type { InboxEntry } from './inbox-entry.ts';
import type { InboxStore } from './inbox-store.ts';

/** An SNS topic, which fans out to its subscribers. */
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
/** Telegram's limit on the length of a message. */
const telegramTextMax = 4096;

/** Sends again without buttons if Telegram refuses them (over the form of an address, say): the alert matters more. */
export async function sendTelegram(
  api: BotApi,
  chatId: string,
  entry: InboxEntry,
  buttons: readonly LinkButton[] = [],
): Promise<DeliveryOutcome> {
  try {
    await sendMessage(api, chatId, entry, buttons);
    return { kind: 'sent' };
  } catch (error) {
    if (buttons.length > 0 && areButtonsRefused(error)) return sendTelegram(api, chatId, entry);
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
  // The person blocked the bot (403) or the chat does not exist (400): neither changes within an outage.
  if (error.status === 403 || error.status === 400) return { kind: 'dead', why: error.message };
  const delayMs = (error.retryAfterSeconds ?? 0) * 1000;
  return { kind: 'retry', delayMs, mayHaveArrived: false, why: error.message };
}

export async function sendToInbox(
  inbox: InboxStore,
  telegramId: string,
  entry: InboxEntry,
): Promise<DeliveryOutcome> {
  try {
    await inbox.push(telegramId, entry);
    return { kind: 'sent' };
  } catch (error) {
    if (error instanceof StoreUnreachableError) {
      return { kind: 'retry', delayMs: 0, mayHaveArrived: true, why: error.message };
    }
    if (!(error instanceof StoreRefusedError)) throw error;
    // An inbox key of the wrong type stays wrong: giving up keeps the other deliveries moving.
    if (error.reply.startsWith('WRONGTYPE')) return { kind: 'dead', why: error.message };
    return { kind: 'retry', delayMs: 0, mayHaveArrived: false, why: error.message };
  }
}

export async function sendToTopic(
  topic: AlertTopic | undefined,
  subject: string,
  { title, text }: InboxEntry,
): Promise<DeliveryOutcome> {
  if (topic === undefined) return { kind: 'dead', why: 'ALERT_TOPIC_ARN is no longer set' };
  try {
    await topic.publish({ subject, text: `${title}\n${text}` });
    return { kind: 'sent' };
  } catch (error) {
    if (!(error instanceof TopicError)) throw error;
    return { kind: 'retry', delayMs: 0, mayHaveArrived: true, why: error.message };
  }
}

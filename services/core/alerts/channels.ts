/**
 * How an alert goes out through each channel, and what a failure means.
 *
 * Guarantees: a failure of the channel is an outcome, never an exception, so it affects no other recipient. If a
 * message may have arrived although no answer came, the outcome says so; the next attempt is then marked as a repeat.
 */

import { type BotApi, BotApiRefusedError, BotApiUnreachableError } from '../platform/bot-api.ts';
import { cutText } from '../platform/foreign-text.ts';
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
/** SNS takes 256 KiB; a code unit has three bytes at most. */
const topicTextMax = 80_000;

/**
 * Sends once more if Telegram refuses the message itself: without the buttons if they are the reason (the form of an
 * address, say), else as plain text. An alert that looks poor matters more than none.
 */
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
    const fallback = fallbackFor(error, entry, buttons);
    return fallback === undefined ? telegramFailure(error) : sendFallback(api, chatId, fallback);
  }
}

async function sendFallback(api: BotApi, chatId: string, entry: InboxEntry): Promise<DeliveryOutcome> {
  try {
    await sendMessage(api, chatId, entry, []);
    return { kind: 'sent' };
  } catch (error) {
    return telegramFailure(error);
  }
}

/** The server's words for a chat that cannot be written to; every other 400 is about the message. */
const chatRefused = /chat|user|peer|rights|kicked/i;
const buttonsRefused = /button|keyboard|markup|url/i;
const plainTextMax = 1000;

/** What to send instead; undefined if another message would fail as well. */
function fallbackFor(
  error: unknown,
  entry: InboxEntry,
  buttons: readonly LinkButton[],
): InboxEntry | undefined {
  if (!(error instanceof BotApiRefusedError) || error.status !== 400) return undefined;
  if (buttons.length > 0 && buttonsRefused.test(error.description)) return entry;
  return isChatRefusal(error) ? undefined : plain(entry);
}

/** Letters, digits and punctuation alone. */
function plain(entry: InboxEntry): InboxEntry {
  const plainText = (text: string): string => text.replace(/[^\p{L}\p{N}\p{P}\p{Zs}\n]/gu, '').trim();
  return { ...entry, title: plainText(entry.title), text: cutText(plainText(entry.text), plainTextMax) };
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
      text: cutText(`${title}\n${text}`, telegramTextMax),
      link_preview_options: { is_disabled: true },
      // A forwarded link would work for whoever got it.
      ...(buttons.length > 0
        ? { protect_content: true, reply_markup: { inline_keyboard: buttons.map((button) => [button]) } }
        : {}),
    },
    { timeoutMs: telegramSendTimeoutMs },
  );
}

function telegramFailure(error: unknown): DeliveryOutcome {
  if (error instanceof BotApiUnreachableError) {
    return { kind: 'retry', delayMs: 0, mayHaveArrived: true, why: error.message };
  }
  if (!(error instanceof BotApiRefusedError)) throw error;
  if (isChatRefusal(error)) return { kind: 'dead', why: error.message, unreachable: true };
  // Another message would be refused as well.
  if (error.status === 400) return { kind: 'dead', why: error.message };
  const delayMs = (error.retryAfterSeconds ?? 0) * 1000;
  return { kind: 'retry', delayMs, mayHaveArrived: false, why: error.message };
}

/** The person blocked the bot or never started it, or the id is wrong: none of that changes within an outage. */
function isChatRefusal({ status, description }: BotApiRefusedError): boolean {
  return status === 403 || (status === 400 && chatRefused.test(description));
}

/** Shows "typing…" for a moment, the only question about a chat that leaves no message. False if nobody knows. */
export async function canBeReached(api: BotApi, chatId: string): Promise<boolean> {
  try {
    const action = { chat_id: Number(chatId), action: 'typing' };
    await api.call('sendChatAction', action, { timeoutMs: telegramSendTimeoutMs });
    return true;
  } catch (error) {
    if (error instanceof BotApiRefusedError || error instanceof BotApiUnreachableError) return false;
    throw error;
  }
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
  {
    subject,
    entry: { title, text },
    footer,
  }: { subject: string; entry: InboxEntry; footer?: string | undefined },
): Promise<DeliveryOutcome> {
  if (topic === undefined) return { kind: 'dead', why: 'ALERT_TOPIC_ARN is no longer set' };
  try {
    const end = footer === undefined ? '' : `\n${footer}`;
    await topic.publish({ subject, text: cutText(`${title}\n${text}`, topicTextMax - end.length) + end });
    return { kind: 'sent' };
  } catch (error) {
    if (!(error instanceof TopicError)) throw error;
    return { kind: 'retry', delayMs: 0, mayHaveArrived: true, why: error.message };
  }
}

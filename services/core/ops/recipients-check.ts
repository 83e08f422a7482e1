/**
 * Whether an alert would reach each superadmin in Telegram, tried without sending a message.
 *
 * `sendChatAction` is refused exactly when a message would be; the person sees at most "typing…" for a moment. (`getChat`
 * would not do: it still answers for somebody who has blocked the bot.)
 *
 * Guarantees: rejects for a bug only. No answer is a result too.
 */
import { type BotApi, BotApiRefusedError, BotApiUnreachableError } from '../platform/bot-api.ts';

export type Reachability =
  | 'reachable'
  | 'blocked'
  /** Telegram does not tell whether the person never pressed Start or the id is wrong. */
  | 'never-started-or-wrong-id'
  | 'deleted-account'
  | 'is-a-bot'
  /** Telegram gave no usable answer. */
  | 'unknown';

export interface RecipientCheck {
  readonly telegramId: string;
  readonly result: Reachability;
  /** What Telegram said; null if it accepted. */
  readonly said: string | null;
}

const callTimeoutMs = 5000;

export function checkRecipients(
  api: BotApi,
  telegramIds: readonly string[],
): Promise<readonly RecipientCheck[]> {
  return Promise.all(telegramIds.map((telegramId) => checkRecipient(api, telegramId)));
}

async function checkRecipient(api: BotApi, telegramId: string): Promise<RecipientCheck> {
  const parameters = { chat_id: Number(telegramId), action: 'typing' };
  try {
    await api.call('sendChatAction', parameters, { timeoutMs: callTimeoutMs });
    return { telegramId, result: 'reachable', said: null };
  } catch (error) {
    if (error instanceof BotApiRefusedError) {
      return { telegramId, result: readRefusal(error), said: error.message };
    }
    if (!(error instanceof BotApiUnreachableError)) throw error;
    return { telegramId, result: 'unknown', said: error.message };
  }
}

/** By the words that Telegram uses: the status alone does not tell them apart. */
function readRefusal({ status, message }: BotApiRefusedError): Reachability {
  if (status === 400 && /chat not found|PEER_ID_INVALID/i.test(message)) return 'never-started-or-wrong-id';
  if (status !== 403) return 'unknown';
  if (/deactivated/i.test(message)) return 'deleted-account';
  if (/to bots/i.test(message)) return 'is-a-bot';
  return /initiate/i.test(message) ? 'never-started-or-wrong-id' : 'blocked';
}

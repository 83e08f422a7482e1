/** A Bot API update: its id, its type, and the lane in which it waits. */
export interface Update {
  readonly update_id: number;
  readonly [field: string]: unknown;
}

export interface HandlerContext {
  /** 1 for the first; more after a takeover or a crash. */
  readonly attempt: number;
  /** Aborts when the handler is over its time limit, or when the term ends: then another leader handles the update. */
  readonly signal: AbortSignal;
}

/** Handles one update; rejects on failure. What happens then: `handler-run.ts`. */
export type HandleUpdate = (update: Update, context: HandlerContext) => Promise<void>;

/** All update types of the Bot API; also the values that a metric's label may have. */
export const updateTypes = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
  'message_reaction',
  'message_reaction_count',
  'inline_query',
  'chosen_inline_result',
  'callback_query',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
  'poll',
  'poll_answer',
  'my_chat_member',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
] as const;
export type UpdateType = (typeof updateTypes)[number];

export function updateType(update: Update): UpdateType | 'other' {
  return updateTypes.find((type) => type in update) ?? 'other';
}

interface MaybeChat {
  readonly chat?: { readonly id?: unknown };
  readonly from?: { readonly id?: unknown };
  readonly user?: { readonly id?: unknown };
  readonly message?: MaybeChat;
}

/**
 * The lane of an update: its chat's; without a chat, its person's; without either, its own.
 * A button pressed under a message belongs to that message's chat.
 */
export function laneOf(update: Update): string {
  const content = (update[updateType(update)] ?? {}) as MaybeChat;
  const chatId = content.chat?.id ?? content.message?.chat?.id;
  if (chatId !== undefined) return `chat ${String(chatId)}`;
  const personId = content.from?.id ?? content.user?.id;
  return personId === undefined ? `update ${update.update_id}` : `person ${String(personId)}`;
}

/**
 * The kinds of update: their names, how long they wait, and which of them a bot gets.
 * Source: rules 18 and 19 of the semantics note.
 *
 * Tested by: test/lab/telegram-emulator/webhook.test.ts
 */
const dayMs = 86_400_000;

/** How long each kind waits in the queue. Counted from its arrival: a message's own `date` is ignored. */
export const lifetimesMs = {
  message: dayMs,
  edited_message: dayMs,
  channel_post: dayMs,
  edited_channel_post: dayMs,
  inline_query: 30_000,
  chosen_inline_result: 600_000,
  callback_query: 150_000,
  shipping_query: 150_000,
  pre_checkout_query: 150_000,
  purchased_paid_media: dayMs,
  poll: dayMs,
  poll_answer: dayMs,
  my_chat_member: dayMs,
  chat_member: dayMs,
  chat_join_request: dayMs,
  chat_boost: dayMs,
  removed_chat_boost: dayMs,
  message_reaction: dayMs,
  message_reaction_count: dayMs,
  business_connection: dayMs,
  business_message: dayMs,
  edited_business_message: dayMs,
  deleted_business_messages: dayMs,
  managed_bot: dayMs,
  guest_message: dayMs,
} as const;

export type UpdateType = keyof typeof lifetimesMs;
const updateTypes = Object.keys(lifetimesMs) as readonly UpdateType[];

const notByDefault: readonly UpdateType[] = ['chat_member', 'message_reaction', 'message_reaction_count'];
export const defaultAllowedUpdates: ReadonlySet<UpdateType> = new Set(
  updateTypes.filter((type) => !notByDefault.includes(type)),
);

export function isUpdateType(name: string): name is UpdateType {
  return Object.hasOwn(lifetimesMs, name);
}

/**
 * What an `allowed_updates` argument asks for; undefined when it changes nothing (absent, not JSON, no array, or
 * an array that holds something other than text). Unknown names are passed over; when none is known, the empty
 * list included, the default comes back.
 */
export function parseAllowedUpdates(text: string): ReadonlySet<UpdateType> | undefined {
  if (text === '') return undefined;
  let names: unknown;
  try {
    names = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) return undefined;
  const known = names.map((name) => name.toLowerCase()).filter(isUpdateType);
  return known.length === 0 ? defaultAllowedUpdates : new Set(known);
}

export function isDefaultAllowed(allowed: ReadonlySet<UpdateType>): boolean {
  return (
    allowed.size === defaultAllowedUpdates.size &&
    [...allowed].every((type) => defaultAllowedUpdates.has(type))
  );
}

/** A Bot API update: its id, its type, and the lane in which it waits. */

import type { Permit } from '../platform/permit.ts';

export interface Update {
  readonly update_id: number;
  readonly [field: string]: unknown;
}

export interface HandlerContext {
  /** 1 for the first; more after a takeover or a crash. */
  readonly attempt: number;
  /** Aborts when the handler is over its time limit, or with the permit: then another process handles the update. */
  readonly signal: AbortSignal;
  /** What allows this process to act on the update. */
  readonly permit: Permit;
  /** Set if `dead retry` put the update back: tells one such retry from another. */
  readonly retry?: number | undefined;
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

/** How deep below the update a chat or a person is looked for: `callback_query.message.chat` is the deepest known. */
const searchDepth = 3;
const chatFields = ['chat'];
const chatIdFields = ['chat_id'];
const personFields = ['from', 'user', 'sender', 'sender_chat', 'voter_chat', 'actor_chat'];
const personIdFields = ['user_id', 'user_chat_id'];

/**
 * The lane of an update: its chat's; without a chat, its person's; without either, its own.
 *
 * It looks into whatever objects the update carries, the nearest first, so a type that this version does not know
 * keeps its chat's order. A button pressed under a message belongs to that message's chat.
 */
export function laneOf(update: Update): string {
  const chatId = firstId(levelsOf(update), chatFields, chatIdFields);
  if (chatId !== undefined) return `chat ${chatId}`;
  const personId = firstId(levelsOf(update), personFields, personIdFields);
  return personId === undefined ? `update ${update.update_id}` : `person ${personId}`;
}

type Fields = Readonly<Record<string, unknown>>;
/** The objects at one depth. */
type Level = readonly Fields[];

/** Lazy: the chat of nearly every update is in the first level. */
function* levelsOf(update: Update): Generator<Level> {
  let level: Level = [update];
  for (let depth = 1; depth <= searchDepth && level.length > 0; depth++) {
    level = level.flatMap((parent) => Object.values(parent).filter(isObject));
    yield level;
  }
}

function firstId(
  levels: Iterable<Level>,
  objectFields: readonly string[],
  idFields: readonly string[],
): string | undefined {
  for (const level of levels) {
    for (const fields of level) {
      const ids = [
        ...objectFields.map((name) => idOf(fields[name])),
        ...idFields.map((name) => fields[name]),
      ];
      const id = ids.find((value) => typeof value === 'number' || typeof value === 'string');
      if (id !== undefined) return String(id);
    }
  }
  return undefined;
}

function idOf(value: unknown): unknown {
  return isObject(value) ? value['id'] : undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

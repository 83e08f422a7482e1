/**
 * Reactions to messages: which there are, and who set which.
 *
 * Source: telegram-bot-api's `get_reaction_types`; the Bot API manual's ReactionTypeEmoji.
 *
 * Tested by: test/lab/telegram-emulator/methods/reactions.test.ts
 */
import { isObject } from './arguments.ts';
import { badRequest } from './errors.ts';
import { JsonFields } from './json-fields.ts';
import { isEmojiId } from './text/links.ts';

/** As the Bot API's ReactionType. */
export type Reaction =
  | { readonly type: 'emoji'; readonly emoji: string }
  | { readonly type: 'custom_emoji'; readonly custom_emoji_id: string };

const emojis =
  '❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 ' +
  '👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡';
const known = new Set(emojis.split(' '));

export function isReactionEmoji(emoji: string): boolean {
  return known.has(emoji.replace(/\ufe0f$/, ''));
}

/** Reads the `reaction` argument. */
export function readReactions(text: string): Reaction[] {
  if (text === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest("can't parse reaction types JSON object");
  }
  if (!Array.isArray(value)) throw badRequest('expected an Array of ReactionType');
  return value.map(readReaction);
}

function readReaction(value: unknown): Reaction {
  const refuse = (reason: string): Error => badRequest(`can't parse ReactionType: ${reason}`);
  if (!isObject(value)) throw refuse('expected an Object');
  const fields = new JsonFields(value, refuse);
  switch (fields.text('type')) {
    case 'emoji': {
      const emoji = fields.text('emoji');
      if (!isReactionEmoji(emoji)) throw badRequest('REACTION_INVALID');
      return { type: 'emoji', emoji: emoji.replace(/\ufe0f$/, '') };
    }
    case 'custom_emoji': {
      const custom_emoji_id = fields.text('custom_emoji_id');
      if (!isEmojiId(custom_emoji_id)) throw badRequest('REACTION_INVALID');
      return { type: 'custom_emoji', custom_emoji_id };
    }
    default:
      throw refuse('invalid reaction type specified');
  }
}

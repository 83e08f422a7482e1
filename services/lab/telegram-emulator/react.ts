/**
 * Sets somebody's reactions to a message and tells the page of it.
 *
 * Tested by: test/lab/telegram-emulator/methods/reactions.test.ts
 */
import type { Bot } from './bot.ts';
import type { Message } from './messages.ts';
import type { Reaction } from './reactions.ts';

/** Returns those that were set before. */
export function setReactions(
  bot: Bot,
  message: Message,
  { actorId, reactions }: { actorId: number; reactions: readonly Reaction[] },
): readonly Reaction[] {
  const all = new Map(message.reactions);
  const old = all.get(actorId) ?? [];
  all.delete(actorId);
  if (reactions.length > 0) all.set(actorId, reactions);
  message.reactions = all;
  const shown = [...all.values()].flat();
  bot.tell('message-reacted', { chatId: message.chat.id, messageId: message.message_id, reactions: shown });
  return old;
}

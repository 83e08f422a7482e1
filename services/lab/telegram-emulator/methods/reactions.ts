/**
 * The bot's reactions to messages.
 */
import { reachableChat } from '../access.ts';
import { badRequest, succeed } from '../errors.ts';
import { setReactions } from '../react.ts';
import { readReactions } from '../reactions.ts';
import { findMessage } from '../send.ts';
import type { MethodGroup } from './method.ts';

export const reactionMethods: MethodGroup = {
  setMessageReaction(call) {
    const { bot, args } = call;
    const reactions = readReactions(args.text('reaction'));
    reachableChat(bot, args);
    const message = findMessage(call, 'message to react');
    // A bot has no Premium subscription.
    if (reactions.length > 1) throw badRequest('REACTIONS_TOO_MANY');
    setReactions(bot, message, { actorId: bot.id, reactions });
    return succeed(true);
  },
};

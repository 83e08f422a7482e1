/**
 * Polls: what the bot asks, and how people vote.
 *
 * A poll lives in the message that shows it. Its options are numbered from 0, and their persistent ids are those numbers.
 * Source: telegram-bot-api's `JsonPoll`; td's `PollManager.cpp`.
 *
 * Tested by: test/lab/telegram-emulator/methods/polls.test.ts
 */
import type { Bot } from './bot.ts';
import { badRequest } from './errors.ts';
import type { User } from './members.ts';
import type { Message } from './messages.ts';
import { stateOf } from './send.ts';

interface PollOption extends Readonly<Record<string, unknown>> {
  readonly text: string;
  readonly voter_count: number;
}

/** As the Bot API's Poll. */
export interface Poll extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly options: readonly PollOption[];
  readonly is_closed: boolean;
  readonly is_anonymous: boolean;
  readonly allows_multiple_answers: boolean;
  readonly allows_revoting: boolean;
}

export function pollOf({ content }: Message): Poll | undefined {
  return content['poll'] as Poll | undefined;
}

/** Sets somebody's vote, an empty one to take it back, and tells the bot; throws what Telegram would refuse. */
export function vote(
  bot: Bot,
  message: Message,
  { user, optionIds }: { user: User; optionIds: number[] },
): void {
  const poll = pollOf(message);
  if (poll === undefined) throw badRequest('message is not a poll');
  const votes = new Map(message.votes);
  refuseVote(poll, optionIds, votes.has(user.id));
  votes.delete(user.id);
  if (optionIds.length > 0) votes.set(user.id, optionIds);
  message.votes = votes;
  const counted = { ...poll, ...count(poll, votes) };
  show(bot, message, counted);
  bot.push({ type: 'poll', content: counted, id: undefined });
  if (poll.is_anonymous) return;
  const answer = {
    poll_id: poll.id,
    user,
    option_ids: optionIds,
    option_persistent_ids: optionIds.map(String),
  };
  bot.push({ type: 'poll_answer', content: answer, id: undefined });
}

export function closePoll(bot: Bot, message: Message, poll: Poll): Poll {
  const closed = { ...poll, is_closed: true };
  show(bot, message, closed);
  bot.push({ type: 'poll', content: closed, id: undefined });
  return closed;
}

function refuseVote(poll: Poll, optionIds: readonly number[], hasVoted: boolean): void {
  if (poll.is_closed) throw badRequest("can't answer closed poll");
  if (!optionIds.every((id) => poll.options[id] !== undefined)) {
    throw badRequest('invalid option identifier specified');
  }
  if (optionIds.length > 1 && !poll.allows_multiple_answers) {
    throw badRequest("can't choose more than 1 option in the poll");
  }
  if (hasVoted && !poll.allows_revoting) {
    throw badRequest(`can't ${optionIds.length === 0 ? 'retract vote' : 'revote'} in the poll`);
  }
}

function count(poll: Poll, votes: ReadonlyMap<number, readonly number[]>): Partial<Poll> {
  const chosen = [...votes.values()].flat();
  return {
    options: poll.options.map((option, index) => ({
      ...option,
      voter_count: chosen.filter((id) => id === index).length,
    })),
    total_voter_count: votes.size,
  };
}

function show(bot: Bot, message: Message, poll: Poll): void {
  message.content = { ...message.content, poll };
  bot.tell('message-edited', { message: stateOf(message) });
}

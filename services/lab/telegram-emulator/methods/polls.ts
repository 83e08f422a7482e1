/**
 * Polls and dice.
 *
 * Does not guarantee: media in polls, options that people add, and the end of a poll at its time.
 * Source: telegram-bot-api's `process_send_poll_query`; td's `MessageContent.cpp`.
 */
import { Arguments, isObject } from '../arguments.ts';
import { badRequest, succeed } from '../errors.ts';
import { type FormattedText, lengthOf, readCaption, readFormattedText } from '../formatted-text.ts';
import { closePoll, pollOf } from '../polls.ts';
import { readInlineMarkup } from '../reply-markup.ts';
import { findMessage, sendMessage } from '../send.ts';
import type { MethodCall, MethodGroup } from './method.ts';

const questionLengthMax = 300;
const optionLengthMax = 100;
const optionsMax = 12;
const explanationLengthMax = 200;
const openSecondsMax = 2_628_000;

const dice: Readonly<Record<string, number>> = { '🎲': 6, '🎯': 6, '🎳': 6, '🏀': 5, '⚽': 5, '🎰': 64 };

export const pollMethods: MethodGroup = {
  sendPoll(call) {
    const poll = { id: call.bot.newId(), ...readPoll(call) };
    return sendMessage(call, { poll });
  },
  stopPoll(call) {
    const reply_markup = readInlineMarkup(call.args);
    const message = findMessage(call, 'message with poll to stop');
    const poll = pollOf(message);
    if (poll === undefined) throw badRequest('message is not a poll');
    if (!message.sent) throw badRequest("poll can't be stopped");
    if (poll.is_closed) throw badRequest('poll has already been closed');
    message.reply_markup = reply_markup;
    return succeed(closePoll(call.bot, message, poll));
  },
  sendDice(call) {
    const emoji = call.args.text('emoji').replace(/\ufe0f$/, '') || '🎲';
    const sides = Object.hasOwn(dice, emoji) ? dice[emoji] : undefined;
    if (sides === undefined) throw badRequest('EMOTICON_INVALID');
    return sendMessage(call, { dice: { emoji, value: 1 + Math.floor(call.bot.chance() * sides) } });
  },
};

function readPoll({ bot, args }: MethodCall): Record<string, unknown> {
  const question = readFormattedText(args, names('question'));
  if (lengthOf(question.text) > questionLengthMax) {
    throw badRequest(`poll question length must not exceed ${questionLengthMax}`);
  }
  const options = readOptions(args);
  const type = args.text('type') || 'regular';
  if (type !== 'regular' && type !== 'quiz') throw badRequest('unsupported poll type specified');
  const openPeriod = args.integer('open_period', { absent: 0, min: 0, max: openSecondsMax });
  const closeDate = args.integer('close_date', { absent: 0 });
  const close = closeDate > 0 ? closeDate : bot.nowSeconds() + openPeriod;
  const ends = { open_period: close - bot.nowSeconds(), close_date: close };
  return {
    ...withEntities('question', question),
    options,
    total_voter_count: 0,
    ...(openPeriod > 0 || closeDate > 0 ? ends : {}),
    is_closed: args.flag('is_closed'),
    is_anonymous: args.has('is_anonymous') ? args.flag('is_anonymous') : true,
    allows_multiple_answers: args.flag('allows_multiple_answers'),
    allows_revoting: args.has('allows_revoting') ? args.flag('allows_revoting') : type !== 'quiz',
    members_only: args.flag('members_only'),
    type,
    ...(type === 'quiz' ? readQuiz(args, options.length) : {}),
    ...withEntities('description', readCaption(args, names('description'))),
  };
}

function readOptions(args: Arguments): Record<string, unknown>[] {
  const given = args.json('options');
  if (given === undefined) throw badRequest("can't parse options JSON object");
  if (!Array.isArray(given)) throw badRequest('expected an Array of String as options');
  const texts = given.map((option: unknown) => {
    const fields = typeof option === 'string' ? { text: option } : option;
    if (!isObject(fields)) throw badRequest('expected an option to be of type String');
    return readFormattedText(Arguments.of(fields), { ...names('text'), entities: 'text_entities' });
  });
  if (texts.length < 1) throw badRequest('poll must have at least one answer option');
  if (texts.length > optionsMax) throw badRequest(`poll can't have more than ${optionsMax} options`);
  if (texts.some(({ text }) => lengthOf(text) > optionLengthMax)) {
    throw badRequest(`poll options length must not exceed ${optionLengthMax}`);
  }
  return texts.map((text, index) => ({
    persistent_id: String(index),
    ...withEntities('text', text),
    voter_count: 0,
  }));
}

function readQuiz(args: Arguments, optionsCount: number): Record<string, unknown> {
  const ids = readCorrectIds(args);
  if (ids.length === 0) throw badRequest('correct quiz option list must be non-empty');
  if (ids.some((id, index) => index > 0 && id <= (ids[index - 1] ?? 0))) {
    throw badRequest('correct quiz option list must be increasing');
  }
  if (ids.some((id) => id < 0 || id >= optionsCount)) throw badRequest('wrong quiz correct_option_id');
  const explanation = readCaption(args, names('explanation'));
  if (lengthOf(explanation.text) > explanationLengthMax) {
    throw badRequest(`quiz explanation length must not exceed ${explanationLengthMax}`);
  }
  return {
    ...(ids.length === 1 ? { correct_option_id: ids[0] } : {}),
    correct_option_ids: ids,
    ...withEntities('explanation', explanation),
  };
}

function readCorrectIds(args: Arguments): number[] {
  if (!args.has('correct_option_ids')) {
    return args.has('correct_option_id') ? [args.integer('correct_option_id', { absent: -1 })] : [];
  }
  const ids = args.json('correct_option_ids');
  if (ids === undefined) throw badRequest("can't parse correct option identifiers JSON object");
  if (!Array.isArray(ids)) throw badRequest('expected an Array of correct option identifiers');
  return ids.map((id: unknown) => {
    if (typeof id !== 'number') throw badRequest('correct option identifier must be of type Number');
    return id;
  });
}

function names(text: string): { text: string; entities: string; parseMode: string } {
  return { text, entities: `${text}_entities`, parseMode: `${text}_parse_mode` };
}

/** The fields of that name, or none if the text is empty. */
function withEntities(name: string, { text, entities }: FormattedText): Record<string, unknown> {
  if (text === '') return {};
  return { [name]: text, ...(entities === undefined ? {} : { [`${name}_entities`]: entities }) };
}

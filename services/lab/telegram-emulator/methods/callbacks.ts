/**
 * Answers to presses of inline buttons.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import { badRequest, succeed } from '../errors.ts';
import { lengthOf } from '../formatted-text.ts';
import type { MethodGroup } from './method.ts';

const answerLengthMax = 200;

export const callbackMethods: MethodGroup = {
  answerCallbackQuery({ bot, args }) {
    const queryId = args.text('callback_query_id');
    const text = args.text('text');
    bot.queries.answer('callback_query', queryId);
    if (lengthOf(text) > answerLengthMax) throw badRequest('MESSAGE_TOO_LONG');
    bot.tell('callback-answered', { queryId, text, showAlert: args.flag('show_alert') });
    return succeed(true);
  },
};

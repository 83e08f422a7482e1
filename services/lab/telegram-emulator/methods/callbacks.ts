/**
 * Answers to presses of inline buttons.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import { badRequest, succeed } from '../errors.ts';
import type { MethodGroup } from './method.ts';

export const callbackMethods: MethodGroup = {
  answerCallbackQuery({ bot, args }) {
    const queryId = args.text('callback_query_id');
    if (!bot.knowsCallbackQuery(queryId)) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }
    bot.tell('callback-answered', { queryId, text: args.text('text'), showAlert: args.flag('show_alert') });
    return succeed(true);
  },
};

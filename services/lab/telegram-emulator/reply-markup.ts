/**
 * The `reply_markup` argument.
 *
 * Tested by: test/lab/telegram-emulator/methods/messages.test.ts
 */
import { type Arguments, isObject } from './arguments.ts';
import { badRequest } from './errors.ts';
import type { ReplyMarkup } from './messages.ts';

export function readMarkup(args: Arguments): ReplyMarkup | undefined {
  if (args.text('reply_markup') === '') return undefined;
  const markup = args.json('reply_markup');
  if (markup === undefined) throw badRequest("can't parse reply keyboard markup JSON object");
  if (markup === null) return undefined;
  if (!isObject(markup)) throw badRequest('object expected as reply markup');
  for (const name of ['inline_keyboard', 'keyboard']) {
    const rows = markup[name];
    if (rows !== undefined && !(Array.isArray(rows) && rows.every((row) => Array.isArray(row)))) {
      throw badRequest(`field "${name}" must be an Array of Arrays`);
    }
  }
  return Object.keys(markup).length === 0 ? undefined : markup;
}

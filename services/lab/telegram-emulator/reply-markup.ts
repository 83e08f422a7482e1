/**
 * The `reply_markup` argument: the buttons of a message, checked and completed as the server does.
 *
 * Source: telegram-bot-api's `get_reply_markup`; td's `ReplyMarkup.cpp`.
 */
import { type Arguments, isObject } from './arguments.ts';
import { readInlineButton, readKeyboardButton } from './buttons.ts';
import type { Chat } from './chats.ts';
import { badRequest } from './errors.ts';
import { JsonFields } from './json-fields.ts';
import type { ReplyMarkup } from './messages.ts';

type Button = Readonly<Record<string, unknown>>;

const rowButtonsMax = 12;
const buttonsMax = 300;
/** Telegram itself takes fewer than its server lets through. */
const inlineButtonsMax = 100;

export function readMarkup(args: Arguments): ReplyMarkup | undefined {
  if (args.text('reply_markup') === '') return undefined;
  const value = args.json('reply_markup');
  if (value === undefined) throw badRequest("can't parse reply keyboard markup JSON object");
  return parseMarkup(value);
}

/** For edits, which take inline buttons only. */
export function readInlineMarkup(args: Arguments): ReplyMarkup | undefined {
  const markup = readMarkup(args);
  if (markup !== undefined && markup['inline_keyboard'] === undefined) {
    throw badRequest('inline keyboard expected');
  }
  return markup;
}

/** Refuses buttons that the chat cannot show. */
export function checkMarkupFits(markup: ReplyMarkup | undefined, chat: Chat): void {
  if (markup === undefined || chat['type'] === 'private') return;
  const isChannel = chat['type'] === 'channel';
  const inline = markup['inline_keyboard'];
  if (isChannel && inline === undefined) throw badRequest('inline keyboard expected');
  for (const button of buttonsIn(markup['keyboard'])) {
    for (const [name, what] of Object.entries(privateOnly)) {
      if (button[name] !== undefined) throw badRequest(`${what} in private chats only`);
    }
  }
  const switching = ['switch_inline_query', 'switch_inline_query_current_chat'];
  const name = isChannel && switching.find((key) => buttonsIn(inline).some((button) => key in button));
  if (name) {
    throw badRequest(
      `can't use ${name} button in a channel chat, because users will not be able to use the button without knowing ` +
        "bot's username",
    );
  }
}

const privateOnly: Readonly<Record<string, string>> = {
  request_contact: 'phone number can be requested',
  request_location: 'location can be requested',
  request_poll: 'poll can be requested',
  web_app: 'Web App buttons can be used',
  request_users: 'users can be requested',
  request_chat: 'chats can be requested',
};

function buttonsIn(keyboard: unknown): Button[] {
  return (Array.isArray(keyboard) ? keyboard : []).flat() as Button[];
}

export function parseMarkup(value: unknown): ReplyMarkup | undefined {
  if (!isObject(value)) throw badRequest('object expected as reply markup');
  const fields = new JsonFields(value, lowerFirst);
  const keyboard = readRows(fields, 'keyboard', readKeyboardButton);
  const inline = readRows(fields, 'inline_keyboard', readInlineButton);
  const selective = fields.flag('selective') || fields.flag('personal_keyboard');
  const remove = fields.flag('remove_keyboard') || fields.flag('hide_keyboard');
  const force = fields.flag('force_reply') || fields.flag('force_reply_keyboard');
  const placeholder = fields.optionalText('input_field_placeholder');
  const shared = {
    ...(placeholder === '' ? {} : { input_field_placeholder: placeholder }),
    ...(selective ? { selective } : {}),
  };
  if (keyboard !== undefined) {
    const rows = cut(keyboard);
    return rows.length === 0 ? undefined : { keyboard: rows, ...keyboardFlags(fields), ...shared };
  }
  if (inline !== undefined) return inlineMarkup(cut(inline));
  if (remove) return { remove_keyboard: true, ...(selective ? { selective } : {}) };
  return force ? { force_reply: true, ...shared } : undefined;
}

function inlineMarkup(rows: readonly (readonly Button[])[]): ReplyMarkup | undefined {
  if (rows.flat().length > inlineButtonsMax) throw badRequest('reply markup is too long');
  return rows.length === 0 ? undefined : { inline_keyboard: rows };
}

function keyboardFlags(fields: JsonFields): Record<string, true> {
  const names = ['resize_keyboard', 'one_time_keyboard', 'is_persistent'];
  return Object.fromEntries(names.filter((name) => fields.flag(name)).map((name) => [name, true]));
}

/** Undefined without any row. */
function readRows(
  fields: JsonFields,
  name: 'keyboard' | 'inline_keyboard',
  read: (button: unknown) => Button,
): Button[][] | undefined {
  const rows = fields.array(name) ?? [];
  if (rows.length === 0) return undefined;
  return rows.map((row) => {
    if (!Array.isArray(row)) {
      const where = name === 'keyboard' ? '"keyboard"' : '"inline_keyboard" of the InlineKeyboardMarkup';
      throw badRequest(`field ${where} must be an Array of Arrays`);
    }
    return row.map((button: unknown) => read(button));
  });
}

/** Buttons without a text, empty rows, and what is beyond the limits are left out. */
function cut(rows: readonly (readonly Button[])[]): Button[][] {
  let left = buttonsMax;
  const kept = rows.map((row) => {
    const shown = row.filter(({ text }) => text !== '').slice(0, Math.min(rowButtonsMax, left));
    left -= shown.length;
    return shown;
  });
  return kept.filter((row) => row.length > 0);
}

function lowerFirst(reason: string): Error {
  return badRequest(`${reason.charAt(0).toLowerCase()}${reason.slice(1)}`);
}

/**
 * Sending, editing and deleting text messages.
 *
 * Checks run in the real server's order: text, markup, chat. `parse_mode` HTML is parsed, so HTML that the real server
 * refuses is refused here; Markdown passes through as plain text. Entities are not checked. A length counts Unicode
 * characters after the markup is removed.
 *
 * Tested by: test/lab/telegram-emulator/methods.test.ts
 */
import { type Arguments, isObject, leadingInteger } from './arguments.ts';
import type { Bot } from './bot.ts';
import { type ApiAnswer, badRequest, succeed } from './errors.ts';
import { parseHtml } from './html-text.ts';
import type { MessageContent, SentMessage } from './messages.ts';

const textLengthMax = 4096;

export function sendText(bot: Bot, args: Arguments): ApiAnswer {
  const content = { ...readText(args), reply_markup: readMarkup(args) };
  const replyToId = readReplyTo(args);
  const chat = bot.chats.resolve(args.text('chat_id'));
  const sent = bot.messages.send({ ...content, chat, date: bot.nowSeconds(), replyToId });
  bot.tell('message-sent', { message: stateOf(sent) });
  return succeed(messageJson(bot, sent));
}

export function editText(bot: Bot, args: Arguments): ApiAnswer {
  const content = { ...readText(args), reply_markup: readMarkup(args) };
  return edit(bot, args, () => content);
}

export function editMarkup(bot: Bot, args: Arguments): ApiAnswer {
  const reply_markup = readMarkup(args);
  return edit(bot, args, ({ text, entities }) => ({ text, entities, reply_markup }));
}

export function removeMessage(bot: Bot, args: Arguments): ApiAnswer {
  const chat = bot.chats.resolve(args.text('chat_id'));
  const messageId = readMessageId(args);
  const message = bot.messages.find(chat.id, messageId);
  // Messages of others are not kept, so only an id beyond all known ones certainly does not exist.
  if (message === undefined && (messageId > bot.messages.lastId || messageId <= 0)) {
    throw badRequest('message to delete not found');
  }
  if (message !== undefined) message.deleted = true;
  bot.tell('message-deleted', { chatId: chat.id, messageId });
  return succeed(true);
}

/** A sent message as the state and the events show it. */
export function stateOf({ chat: _, ...rest }: SentMessage): Omit<SentMessage, 'chat'> {
  return rest;
}

function edit(bot: Bot, args: Arguments, change: (message: SentMessage) => MessageContent): ApiAnswer {
  const chat = bot.chats.resolve(args.text('chat_id'));
  const message = bot.messages.find(chat.id, readMessageId(args));
  if (message === undefined) throw badRequest('message to edit not found');
  const content = change(message);
  const { text, entities, reply_markup } = message;
  if (JSON.stringify(content) === JSON.stringify({ text, entities, reply_markup })) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a ' +
        'current content and reply markup of the message',
    );
  }
  Object.assign(message, content, { edit_date: bot.nowSeconds() });
  bot.tell('message-edited', { message: stateOf(message) });
  return succeed(messageJson(bot, message));
}

function messageJson(bot: Bot, message: SentMessage): Record<string, unknown> {
  const { message_id, chat, date, edit_date, text, entities, reply_to_message_id } = message;
  // Only inline keyboards come back: the others belong to the user's client.
  const reply_markup =
    message.reply_markup?.['inline_keyboard'] === undefined ? undefined : message.reply_markup;
  const reply_to_message =
    reply_to_message_id === undefined ? undefined : { message_id: reply_to_message_id, chat, date: 0 };
  return {
    message_id,
    from: bot.user,
    chat,
    date,
    edit_date,
    reply_to_message,
    text,
    entities,
    reply_markup,
  };
}

function readText(args: Arguments): Pick<MessageContent, 'text' | 'entities'> {
  const given = args.text('text');
  if (given === '') throw badRequest('message text is empty');
  const content = parseText(args, given);
  if (content.text.trim() === '') throw badRequest('text must be non-empty');
  if ([...content.text].length > textLengthMax) throw badRequest('message is too long');
  return content;
}

function parseText(args: Arguments, given: string): Pick<MessageContent, 'text' | 'entities'> {
  const mode = args.text('parse_mode').toLowerCase();
  if (mode === 'html') {
    const { text, entities } = parseHtml(given);
    return { text, entities: entities.length > 0 ? entities : undefined };
  }
  if (!['', 'none', 'markdown', 'markdownv2'].includes(mode)) throw badRequest('unsupported parse_mode');
  const entities = args.text('entities') === '' ? undefined : args.json('entities');
  return {
    text: given.trim(),
    entities: Array.isArray(entities) && entities.length > 0 ? entities : undefined,
  };
}

function readMarkup(args: Arguments): MessageContent['reply_markup'] {
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

function readReplyTo(args: Arguments): number | undefined {
  const parameters = args.json('reply_parameters');
  const id = isObject(parameters) ? parameters['message_id'] : args.text('reply_to_message_id');
  const messageId = leadingInteger(String(id ?? ''));
  return messageId > 0 ? messageId : undefined;
}

function readMessageId(args: Arguments): number {
  if (args.text('message_id') === '') throw badRequest('message identifier is not specified');
  return args.integer('message_id', { absent: 0 });
}

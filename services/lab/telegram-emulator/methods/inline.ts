/**
 * Inline queries: what people type after the bot's name, and the results that they may send.
 *
 * Does not guarantee: what each kind of result must hold besides its id, except for articles.
 * Source: telegram-bot-api's `get_inline_query_results`.
 */
import { Arguments, isObject } from '../arguments.ts';
import { badRequest, succeed } from '../errors.ts';
import { readCaption, readFormattedText } from '../formatted-text.ts';
import { JsonFields } from '../json-fields.ts';
import { parseMarkup } from '../reply-markup.ts';
import type { MethodGroup } from './method.ts';

const resultsMax = 50;
const idBytesMax = 64;
const cacheSecondsDefault = 300;
const cacheSecondsMax = 86_400;
const types = [
  ...['article', 'audio', 'contact', 'document', 'game', 'gif', 'location', 'mpeg4_gif', 'photo', 'sticker'],
  ...['venue', 'video', 'voice'],
];

export const inlineMethods: MethodGroup = {
  answerInlineQuery({ bot, args }) {
    const button = readButton(args);
    const results = readResults(args);
    const bounds = { absent: cacheSecondsDefault, min: 0, max: cacheSecondsMax };
    const cacheSeconds = args.integer('cache_time', bounds);
    const query = bot.queries.answer('inline_query', args.text('inline_query_id'));
    const nextOffset = args.text('next_offset');
    bot.tell('inline-answered', { queryId: query['id'], results, button, nextOffset, cacheSeconds });
    return succeed(true);
  },
};

function readButton(args: Arguments): unknown {
  if (args.text('button') === '') return undefined;
  const value = args.json('button');
  if (value === undefined) throw badRequest("can't parse inline query results button JSON object");
  const refuse = (reason: string): Error => badRequest(`can't parse inline query results button: ${reason}`);
  if (!isObject(value)) throw refuse('InlineQueryResultsButton must be an Object');
  const fields = new JsonFields(value, refuse);
  const text = fields.text('text');
  if (fields.has('start_parameter')) return { text, start_parameter: fields.text('start_parameter') };
  if (fields.has('web_app')) return { text, web_app: { url: fields.object('web_app').text('url') } };
  throw refuse('InlineQueryResultsButton must have exactly one optional field');
}

function readResults(args: Arguments): unknown[] {
  const text = args.text('results');
  if (text === '') return [];
  const results = args.json('results');
  if (results === undefined)
    throw badRequest("can't parse JSON encoded inline query results: Unexpected symbol");
  if (results === null) return [];
  if (!Array.isArray(results)) throw badRequest('expected an Array of inline query results');
  if (results.length > resultsMax) throw badRequest('too many inline query results specified');
  const checked = results.map(checkResult);
  if (new Set(checked).size < checked.length) throw badRequest('RESULT_ID_DUPLICATE');
  return results;
}

/** Returns the result's id. */
function checkResult(value: unknown): string {
  const refuse = (reason: string): Error => badRequest(`can't parse inline query result: ${reason}`);
  if (!isObject(value)) throw refuse('Inline query result must be an object');
  const fields = new JsonFields(value, refuse);
  const type = fields.text('type').toLowerCase();
  const id = fields.text('id');
  if (!types.includes(type)) throw refuse(`type "${type}" is unsupported for the inline query result`);
  if (fields.has('reply_markup')) parseMarkup(value['reply_markup']);
  if (type === 'article') {
    fields.text('title');
    if (!fields.has('input_message_content')) fields.text('message_text');
  }
  if (fields.has('input_message_content')) fields.object('input_message_content');
  checkText(isObject(value['input_message_content']) ? value['input_message_content'] : value);
  readCaption(Arguments.of(value));
  if (id === '' || Buffer.byteLength(id) > idBytesMax) throw badRequest('RESULT_ID_INVALID');
  return id;
}

function checkText(content: Readonly<Record<string, unknown>>): void {
  if (content['message_text'] === undefined) return;
  if (content['message_text'] === '') throw badRequest('message text is empty');
  readFormattedText(Arguments.of(content), { text: 'message_text', entities: 'entities' });
}

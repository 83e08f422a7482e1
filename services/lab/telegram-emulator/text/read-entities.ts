/**
 * Entities given as such: `entities`, `caption_entities`, … Those that the server finds itself are passed over.
 *
 * Source: telegram-bot-api's `get_text_entity_type`; td's `get_message_entities`.
 */
import { isObject } from '../arguments.ts';
import { badRequest } from '../errors.ts';
import { JsonFields } from '../json-fields.ts';
import { type Entity, type EntityType, userMention } from './entity.ts';
import { checkLink, isTimeFormat, linkedUserId } from './links.ts';

const plainTypes: readonly EntityType[] = [
  ...(['bold', 'italic', 'underline', 'strikethrough', 'spoiler', 'code'] as const),
  ...(['blockquote', 'expandable_blockquote'] as const),
];
const foundTypes = [
  ...['mention', 'hashtag', 'cashtag', 'bot_command', 'url', 'email', 'phone_number', 'bank_card_number'],
];

/** Anything but an array counts as none. */
export function readEntities(value: unknown): Entity[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (!isObject(one)) throw cannotParseEntity('expected an Object');
    const fields = new JsonFields(one, cannotParseEntity);
    const place = { offset: fields.integer('offset'), length: fields.integer('length') };
    const entity = readKind(fields);
    return entity === undefined ? [] : [{ ...entity, ...place }];
  });
}

function cannotParseEntity(reason: string): Error {
  return badRequest(`can't parse MessageEntity: ${reason}`);
}

type Kind = Omit<Entity, 'offset' | 'length'>;

function readKind(fields: JsonFields): Kind | undefined {
  const type = fields.text('type');
  if (type === '') throw cannotParseEntity('Type is not specified');
  const plain = plainTypes.find((name) => name === type);
  if (plain !== undefined) return { type: plain };
  if (foundTypes.includes(type)) return undefined;
  switch (type) {
    case 'pre': {
      const language = fields.optionalText('language');
      return language === '' ? { type } : { type, language };
    }
    case 'text_link':
      return readLink(fields.text('url'));
    case 'text_mention':
      return userMention(fields.object('user').integer('id'));
    case 'custom_emoji': {
      const id = fields.text('custom_emoji_id');
      if (id === '0') throw badRequest('invalid custom emoji identifier specified');
      return { type, custom_emoji_id: id };
    }
    case 'date_time': {
      const format = fields.optionalText('date_time_format');
      if (!isTimeFormat(format)) throw cannotParseEntity('Invalid date-time format specified');
      const unix_time = fields.integer('unix_time');
      if (unix_time <= 0) throw badRequest('invalid date specified');
      return { type, unix_time, ...(format === '' ? {} : { date_time_format: format }) };
    }
    default:
      throw cannotParseEntity('Unsupported type specified');
  }
}

function readLink(link: string): Kind {
  const userId = linkedUserId(link);
  if (userId !== undefined) return userMention(userId);
  const { url, error } = checkLink(link);
  if (url === undefined) throw badRequest(`entity URL '${link}' is invalid: ${error}`);
  return { type: 'text_link', url };
}

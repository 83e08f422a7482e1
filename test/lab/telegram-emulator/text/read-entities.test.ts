import { describe, expect, it } from 'vitest';
import { badRequest } from '../../../../services/lab/telegram-emulator/errors.ts';
import { readEntities } from '../../../../services/lab/telegram-emulator/text/read-entities.ts';

const place = { offset: 0, length: 1 };

describe('given entities', () => {
  it.each([
    [{ type: 'bold' }, { type: 'bold' }],
    [{ type: 'expandable_blockquote' }, { type: 'expandable_blockquote' }],
    [
      { type: 'pre', language: 'ts' },
      { type: 'pre', language: 'ts' },
    ],
    [{ type: 'pre' }, { type: 'pre' }],
    [
      { type: 'text_link', url: 'e.test' },
      { type: 'text_link', url: 'http://e.test/' },
    ],
    [
      { type: 'text_link', url: 'tg://user?id=5' },
      { type: 'text_mention', user: { id: 5, is_bot: false, first_name: 'User 5' } },
    ],
    [
      { type: 'text_mention', user: { id: '5' } },
      { type: 'text_mention', user: { id: 5, is_bot: false, first_name: 'User 5' } },
    ],
    [
      { type: 'custom_emoji', custom_emoji_id: '7' },
      { type: 'custom_emoji', custom_emoji_id: '7' },
    ],
    [
      { type: 'date_time', unix_time: 5 },
      { type: 'date_time', unix_time: 5 },
    ],
  ])('%o', (given, expected) => {
    expect(readEntities([{ ...given, ...place }])).toEqual([{ ...expected, ...place }]);
  });

  it('those that the server finds itself are passed over, and so is what is no array', () => {
    expect(readEntities([{ type: 'mention', ...place }])).toEqual([]);
    expect([undefined, null, {}, 'x'].map(readEntities)).toEqual([[], [], [], []]);
  });

  it.each([
    ['x', "can't parse MessageEntity: expected an Object"],
    [{ type: 'bold', length: 1 }, `can't parse MessageEntity: Can't find field "offset"`],
    [
      { type: 'bold', offset: 'x', length: 1 },
      `can't parse MessageEntity: Field "offset" must be a valid Number`,
    ],
    [{ type: 'bold', offset: 0, length: null }, `can't parse MessageEntity: Field "length" must be a Number`],
    [{ ...place }, `can't parse MessageEntity: Can't find field "type"`],
    [{ ...place, type: '' }, "can't parse MessageEntity: Type is not specified"],
    [{ ...place, type: 'bald' }, "can't parse MessageEntity: Unsupported type specified"],
    [{ ...place, type: 'text_link' }, `can't parse MessageEntity: Can't find field "url"`],
    [{ ...place, type: 'text_link', url: 'x' }, "entity URL 'x' is invalid: Wrong HTTP URL"],
    [
      { ...place, type: 'text_mention', user: 5 },
      `can't parse MessageEntity: Field "user" must be of type Object`,
    ],
    [{ ...place, type: 'custom_emoji', custom_emoji_id: '0' }, 'invalid custom emoji identifier specified'],
    [{ ...place, type: 'date_time', unix_time: 0 }, 'invalid date specified'],
    [
      { ...place, type: 'date_time', unix_time: 1, date_time_format: 'x' },
      "can't parse MessageEntity: Invalid date-time format specified",
    ],
  ])('refuses %o', (given, why) => {
    expect(() => readEntities([given])).toThrow(badRequest(why));
  });
});

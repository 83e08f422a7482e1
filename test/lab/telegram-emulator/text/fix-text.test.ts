import { describe, expect, it } from 'vitest';
import { badRequest } from '../../../../services/lab/telegram-emulator/errors.ts';
import type { Entity } from '../../../../services/lab/telegram-emulator/text/entity.ts';
import { fixText } from '../../../../services/lab/telegram-emulator/text/fix-text.ts';

const bold = (offset: number, length: number): Entity => ({ type: 'bold', offset, length });

describe('a text is cleaned and trimmed', () => {
  it.each([
    ['  a \n b \n ', 'a \n b'],
    ['a\tb\x01c\r\nd', 'a b c\nd'],
    ['a\u2028b\u202ec\u030ad', 'abcd'],
    ['a\u200e\u200f\u200eb', 'a\u200c\u200c\u200eb'],
    ['\u200f a', '\u200f a'],
  ])('%j', (given, text) => {
    expect(fixText({ text: given, entities: [] })).toEqual({ text, entities: [] });
  });

  it.each([' \n\t ', '\u00a0\u200b', '\u2800\u3000', '\ufeff', '\u202e'])('%j is blank', (text) => {
    expect(() => fixText({ text, entities: [] })).toThrow('Bad Request: text must be non-empty');
    expect(fixText({ text, entities: [bold(0, 1)] }, { mayBeEmpty: true })).toEqual({
      text: '',
      entities: [],
    });
  });
});

describe('entities move with the text', () => {
  it.each<[string, Entity, string, Entity[]]>([
    ['  ab', bold(2, 2), 'ab', [bold(0, 2)]],
    ['ab  ', bold(0, 4), 'ab', [bold(0, 2)]],
    // A space inside of an entity at the beginning stays.
    ['  ab', bold(1, 3), ' ab', [bold(0, 3)]],
    ['ab  ', bold(2, 2), 'ab', []],
    ['a\r\nb', bold(0, 4), 'a\nb', [bold(0, 3)]],
    ['\r\rab', bold(0, 2), 'ab', []],
    ['🙂b', bold(2, 1), '🙂b', [bold(2, 1)]],
    ['a @anna', bold(0, 1), 'a @anna', [bold(0, 1), { type: 'mention', offset: 2, length: 5 }]],
  ])('%j %o', (given, entity, text, entities) => {
    expect(fixText({ text: given, entities: [entity] })).toEqual({ text, entities });
  });

  it('keeps their order where trimming makes them equally long', () => {
    const italic: Entity = { type: 'italic', offset: 0, length: 2 };
    expect(fixText({ text: 'a ', entities: [italic, bold(0, 1)] }).entities).toEqual([
      bold(0, 1),
      { ...italic, length: 1 },
    ]);
  });

  it.each([
    [-1, 1, 'receive an entity with incorrect offset -1'],
    [1_000_001, 1, 'receive an entity with incorrect offset 1000001'],
    [0, -1, 'receive an entity with incorrect length -1'],
    [4, 1, 'entity begins after the end of the text at UTF-16 offset 4'],
    [2, 2, 'entity beginning at UTF-16 offset 2 ends after the end of the text at UTF-16 offset 4'],
    [1, 1, 'entity begins in a middle of a UTF-16 symbol at byte offset 4'],
    [0, 1, 'entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4'],
  ])('refuses offset %i, length %i', (offset, length, why) => {
    expect(() => fixText({ text: '🙂b', entities: [bold(offset, length)] })).toThrow(badRequest(why));
  });

  it('refuses half a character', () => {
    expect(() => fixText({ text: '\ud83d', entities: [] })).toThrow('strings must be encoded in UTF-8');
  });
});

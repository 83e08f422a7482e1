import { describe, expect, it } from 'vitest';
import type { Entity, EntityType } from '../../../../services/lab/telegram-emulator/text/entity.ts';
import { addFound, fixEntities } from '../../../../services/lab/telegram-emulator/text/fix-entities.ts';

type Short = readonly [type: EntityType, offset: number, length: number];
const long = (all: readonly Short[]): Entity[] =>
  all.map(([type, offset, length]) => ({ type, offset, length }));

describe('entities are made consistent', () => {
  it.each<{ what: string; given: Short[]; fixed: Short[] }>([
    {
      what: 'sorted by place, the longer first',
      given: [
        ['code', 5, 1],
        ['italic', 0, 2],
        ['blockquote', 0, 4],
      ],
      fixed: [
        ['blockquote', 0, 4],
        ['italic', 0, 2],
        ['code', 5, 1],
      ],
    },
    {
      what: 'the same kind is joined where it touches or overlaps',
      given: [
        ['bold', 0, 3],
        ['bold', 3, 2],
        ['bold', 4, 4],
      ],
      fixed: [['bold', 0, 8]],
    },
    {
      what: 'cut where another one begins',
      given: [
        ['bold', 0, 10],
        ['italic', 2, 3],
      ],
      fixed: [
        ['bold', 0, 2],
        ['bold', 2, 8],
        ['italic', 2, 3],
      ],
    },
    {
      what: 'cut at the bounds of a link',
      given: [
        ['bold', 0, 6],
        ['text_link', 2, 2],
      ],
      fixed: [
        ['bold', 0, 2],
        ['text_link', 2, 2],
        ['bold', 2, 2],
        ['bold', 4, 2],
      ],
    },
    {
      what: 'gone inside of code',
      given: [
        ['bold', 0, 6],
        ['code', 2, 2],
      ],
      fixed: [
        ['bold', 0, 2],
        ['code', 2, 2],
        ['bold', 4, 2],
      ],
    },
    {
      what: 'links do not overlap: the first stays',
      given: [
        ['text_link', 0, 4],
        ['text_mention', 2, 4],
        ['text_link', 6, 1],
      ],
      fixed: [
        ['text_link', 0, 4],
        ['text_link', 6, 1],
      ],
    },
    {
      what: 'a quote holds a link, and drops one that it would cut',
      given: [
        ['blockquote', 0, 6],
        ['text_link', 1, 2],
        ['text_link', 5, 3],
      ],
      fixed: [
        ['blockquote', 0, 6],
        ['text_link', 1, 2],
      ],
    },
    {
      what: 'quotes do not nest',
      given: [
        ['blockquote', 0, 6],
        ['expandable_blockquote', 2, 2],
      ],
      fixed: [['blockquote', 0, 6]],
    },
  ])('$what', ({ given, fixed }) => {
    expect(fixEntities(long(given))).toEqual(long(fixed));
  });

  it('those found in the text yield to others, and cut what runs across them', () => {
    const given = long([
      ['bold', 0, 8],
      ['text_link', 4, 2],
    ]);
    const found = long([
      ['mention', 1, 2],
      ['url', 5, 4],
    ]);
    expect(addFound(given, found)).toEqual(
      long([
        ['bold', 0, 1],
        ['mention', 1, 2],
        ['bold', 1, 2],
        ['bold', 3, 1],
        ['text_link', 4, 2],
        ['bold', 4, 2],
        ['bold', 6, 2],
      ]),
    );
  });
});

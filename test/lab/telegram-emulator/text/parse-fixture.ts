/** Parse cases as lines: what is parsed, and the text with its entities, or the refusal. */
import { describe, expect, it } from 'vitest';
import { cannotParse, type FormattedText } from '../../../../services/lab/telegram-emulator/text/entity.ts';

/** The kind, offset and length of an entity, and what else it has. */
type Short = readonly [
  type: string,
  offset: number,
  length: number,
  rest?: Readonly<Record<string, unknown>>,
];
export type Parsed = readonly [source: string, text: string, ...entities: Short[]];
export type Refused = readonly [source: string, why: string];

export function testParser(
  parse: (source: string) => FormattedText,
  { parsed, refused }: { parsed: readonly Parsed[]; refused: readonly Refused[] },
): void {
  describe('parses', () => {
    it.each(parsed.map(([source, text, ...entities]) => ({ source, text, entities })))(
      '$source',
      ({ source, text, entities }) => {
        expect(parse(source)).toEqual({
          text,
          entities: entities.map(([type, offset, length, rest]) => ({ type, offset, length, ...rest })),
        });
      },
    );
  });
  describe('refuses', () => {
    it.each(refused.map(([source, why]) => ({ source, why })))('$source', ({ source, why }) => {
      expect(() => parse(source)).toThrow(cannotParse(why));
    });
  });
}

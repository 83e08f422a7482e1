import { describe, expect, it } from 'vitest';
import { Arguments } from '../../../services/lab/telegram-emulator/arguments.ts';
import { badRequest } from '../../../services/lab/telegram-emulator/errors.ts';
import {
  type FormattedText,
  readCaption,
  readFormattedText,
} from '../../../services/lab/telegram-emulator/formatted-text.ts';

const names = { text: 'text', entities: 'entities' };
const read = (args: Record<string, unknown>): FormattedText => readFormattedText(Arguments.of(args), names);
const bold = { type: 'bold', offset: 0, length: 1 };

describe('a text with its mode or entities', () => {
  it.each([
    [
      { text: '<b>a</b>', parse_mode: 'html' },
      { text: 'a', entities: [bold] },
    ],
    [
      { text: '*a*', parse_mode: 'Markdown' },
      { text: 'a', entities: [bold] },
    ],
    [
      { text: '*a*', parse_mode: 'MarkdownV2' },
      { text: 'a', entities: [bold] },
    ],
    [{ text: '*a*', parse_mode: 'None' }, { text: '*a*' }],
    [
      { text: ' a ', entities: [{ ...bold, offset: 1 }] },
      { text: 'a', entities: [bold] },
    ],
    // A mode makes entities of no account.
    [{ text: 'a', parse_mode: 'HTML', entities: [bold] }, { text: 'a' }],
    [{ text: 'a', entities: '[' }, { text: 'a' }],
    [
      { text: '/start', parse_mode: 'MarkdownV2' },
      { text: '/start', entities: [{ type: 'bot_command', offset: 0, length: 6 }] },
    ],
  ])('%o', (args, expected) => {
    expect(read(args)).toEqual({ entities: undefined, ...expected });
  });

  it.each([
    [{ text: 'a', parse_mode: 'RTF' }, 'unsupported parse_mode'],
    [{ text: '**', parse_mode: 'MarkdownV2' }, 'text must be non-empty'],
    [{ text: 'x'.repeat(2 ** 15 + 1) }, 'text is too long'],
  ])('refuses %o', (args, why) => {
    expect(() => read(args)).toThrow(badRequest(why));
  });
});

describe('a caption', () => {
  it('may be empty, and is measured after its markup is gone', () => {
    expect(readCaption(Arguments.of({ caption: ' \n' }))).toEqual({ text: '', entities: undefined });
    const caption = `<b>${'x'.repeat(1024)}</b>`;
    expect(readCaption(Arguments.of({ caption, parse_mode: 'HTML' })).text).toHaveLength(1024);
    expect(() => readCaption(Arguments.of({ caption: 'x'.repeat(1025) }))).toThrow(
      badRequest('message caption is too long'),
    );
  });
});

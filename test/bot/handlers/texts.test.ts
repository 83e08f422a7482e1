import { describe, expect, it } from 'vitest';
import { localeOf, textsFor } from '../../../services/bot/handlers/texts.ts';

describe('localeOf', () => {
  it.each([
    ['ru', 'en', 'ru'],
    ['ru-RU', 'en', 'ru'],
    ['RU', 'en', 'ru'],
    ['en', 'ru', 'en'],
    ['de', 'ru', 'en'],
    ['', 'ru', 'en'],
    [undefined, 'ru', 'ru'],
    [undefined, 'en', 'en'],
  ] as const)('maps %j with the fallback %s to %s', (code, fallback, expected) => {
    expect(localeOf(code, fallback)).toBe(expected);
  });
});

describe('the texts', () => {
  it('list the same commands in both languages', () => {
    const commands = (text: string) => text.match(/^\/\w+/gm);
    expect(commands(textsFor('ru').help)).toEqual(commands(textsFor('en').help));
  });

  it('say in both languages what is unknown', () => {
    for (const locale of ['ru', 'en'] as const) {
      const { chatId, superadminsOnly, status } = textsFor(locale);
      const unknown = locale === 'ru' ? 'неизвест' : 'unknown';
      for (const text of [chatId(1, undefined), superadminsOnly(undefined), status.queue(undefined)])
        expect(text).toContain(unknown);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { findEntities } from '../../../../services/lab/telegram-emulator/text/find-entities.ts';

/** Each found one as `kind text`. */
function found(text: string): string[] {
  return findEntities(text).map(({ type, offset, length }) => `${type} ${text.substr(offset, length)}`);
}

const only = (type: string, ...texts: string[]): string[] => texts.map((text) => `${type} ${text}`);

describe('finds', () => {
  it.each([
    ['hello, world', []],
    ['@anna and @bo @gif', only('mention', '@anna', '@gif')],
    ['me@anna @an-na ё@anna', []],
    [`@${'a'.repeat(32)} @${'b'.repeat(33)}`, only('mention', `@${'a'.repeat(32)}`)],
    ['/start /help@lab_bot, /ё', only('bot_command', '/start', '/help@lab_bot')],
    ['a/b /c/ //d /e@x <f>/g', []],
    ['#tag #тег_1 #1a', only('hashtag', '#tag', '#тег_1', '#1a')],
    ['#1 a#b #c# ##', []],
    ['#news@channel #news@c', only('hashtag', '#news@channel', '#news')],
    ['$USD $1INCH $usd $TOOLONGONE A$USD', only('cashtag', '$USD', '$1INCH')],
    ['call +12345678901 or 12345678901', only('phone_number', '+12345678901')],
    ['write to a.b+c@mail.example.com.', only('email', 'a.b+c@mail.example.com')],
    ['mailto:a@e.org', only('email', 'a@e.org')],
    ['tg://resolve?domain=x and ton://y', only('url', 'tg://resolve?domain=x', 'ton://y')],
    ['(see https://e.test/a(b)?c=d#e).', only('url', 'https://e.test/a(b)?c=d#e')],
    ['google.com, yandex.ru/x and пример.рф', only('url', 'google.com', 'yandex.ru/x', 'пример.рф')],
    ['http://e.test:8080/ http://e.test:99999/', only('url', 'http://e.test:8080/', 'http://e.test')],
    ['127.0.0.1 256.0.0.1 1.2.3', only('url', '127.0.0.1')],
    ['main.ts file.js the end.Come a..b .com a_b.com x.c', []],
    [`${'a'.repeat(63)}.com ${'b'.repeat(64)}.com`, only('url', `${'a'.repeat(63)}.com`)],
    ['gopher://e.test sftp://e.test', []],
    ['https://user:pw@e.test/x', only('url', 'https://user:pw@e.test/x')],
    ['a@b@c.com', []],
    ['https://e.test/#tag @anna', ['url https://e.test/#tag', 'mention @anna']],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('counts UTF-16 units', () => {
    expect(findEntities('🙂 /start')).toEqual([{ type: 'bot_command', offset: 3, length: 6 }]);
  });

  it('takes no time over a long text without a break', () => {
    expect(found(`${'a'.repeat(4095)}.`)).toEqual([]);
    expect(found(`${'@'.repeat(2000)}${'#'.repeat(2000)}.${'/'.repeat(90)}`)).toEqual([]);
  });
});

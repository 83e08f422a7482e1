import { parseMarkdown } from '../../../../services/lab/telegram-emulator/text/parse-markdown.ts';
import { testParser } from './parse-fixture.ts';

testParser(parseMarkdown, {
  parsed: [
    ['', ''],
    ['a.b-c!', 'a.b-c!'],
    ['*a* _b_ `c`', 'a b c', ['bold', 0, 1], ['italic', 2, 1], ['code', 4, 1]],
    ['\\*a\\* \\_\\`\\[ \\x', '*a* _`[ \\x'],
    ['🙂*ё*', '🙂ё', ['bold', 2, 1]],
    // Nothing nests: the inner mark is text.
    ['*a _b_*', 'a _b_', ['bold', 0, 5]],
    ['**', ''],
    ['[x](https://e.test/_a_)', 'x', ['text_link', 0, 1, { url: 'https://e.test/_a_' }]],
    ['[x](nowhere) y', 'x y'],
    ['[e.test] y', 'e.test y', ['text_link', 0, 6, { url: 'http://e.test/' }]],
    [
      '[x](tg://user?id=42)',
      'x',
      ['text_mention', 0, 1, { user: { id: 42, is_bot: false, first_name: 'User 42' } }],
    ],
    ['[x](https://e.test', 'x', ['text_link', 0, 1, { url: 'https://e.test/' }]],
    ['[](https://e.test)', '(https://e.test)'],
    ['```\na\n```', 'a\n', ['pre', 0, 2]],
    ['```ts\na```', 'a', ['pre', 0, 1, { language: 'ts' }]],
    ['```ts a```', ' a', ['pre', 0, 2, { language: 'ts' }]],
    ['```ts```', 'ts', ['pre', 0, 2]],
    ['```\r\na`b```', 'a`b', ['pre', 0, 3]],
  ],
  refused: [
    ['*a', "Can't find end of the entity starting at byte offset 0"],
    ['ё _a', "Can't find end of the entity starting at byte offset 3"],
    ['snake_case', "Can't find end of the entity starting at byte offset 5"],
    ['a `b', "Can't find end of the entity starting at byte offset 2"],
    ['```a``', "Can't find end of the entity starting at byte offset 0"],
    ['[a', "Can't find end of the entity starting at byte offset 0"],
  ],
});

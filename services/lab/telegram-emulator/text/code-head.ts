/**
 * What follows the three backticks of a code block: its language, and one line break that is not part of the code.
 *
 * Source: td's `parse_markdown` and `parse_markdown_v2`.
 *
 * Tested by: test/lab/telegram-emulator/text/parse-markdown.test.ts
 */
export interface CodeHead {
  readonly language: string;
  /** Where the code begins. */
  readonly end: number;
}

export function skipCodeHead(source: string, begin: number): CodeHead {
  const word = /^[^ \t\r\n\v\0`]*/.exec(source.slice(begin))?.[0] ?? '';
  const after = source.charAt(begin + word.length);
  const language = after === '' || after === '`' ? '' : word;
  const at = begin + language.length;
  const lineBreak = /^(?:\r\n|\n\r|\r|\n)/.exec(source.slice(at, at + 2))?.[0] ?? '';
  return { language, end: at + lineBreak.length };
}

/**
 * A character reference in HTML: `&lt;`, `&#33;`, `&#x21;`; the semicolon may be missing. Others stay as they are.
 *
 * Source: td's `decode_html_entity`.
 *
 * Tested by: test/lab/telegram-emulator/text/parse-html.test.ts
 */
const names: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** With the semicolon left out, a number has at most this many characters, `&#` included. */
const lengthMax = 9;

export function readHtmlCharacter(source: string, at: number): { character: string; end: number } {
  const match = /^&(?:#x([0-9a-f]*)|#(\d*)|([a-z]*))/i.exec(source.slice(at, at + 64));
  const [whole = '&', hexadecimal, decimal, name] = match ?? [];
  const character =
    name === undefined
      ? numbered(whole, hexadecimal, decimal)
      : Object.hasOwn(names, name)
        ? names[name]
        : undefined;
  if (character === undefined) return { character: '&', end: at + 1 };
  const end = at + whole.length;
  return { character, end: source.charAt(end) === ';' ? end + 1 : end };
}

function numbered(whole: string, hexadecimal = '', decimal = ''): string | undefined {
  if (whole.startsWith('&#X')) return undefined;
  const point = decimal === '' ? Number.parseInt(hexadecimal, 16) : Number(decimal);
  if (!(point > 0 && point < 0x10ffff) || whole.length > lengthMax) return undefined;
  return String.fromCodePoint(point);
}

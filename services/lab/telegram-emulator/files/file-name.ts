/**
 * A file's name as the real server keeps it: without folders; letters and digits of any language, and most signs of ASCII.
 * Source: td's `clean_filename`.
 *
 * Tested by: test/lab/telegram-emulator/files/file-store.test.ts
 */
const stemLengthMax = 64;
const endingLengthMax = 16;

/** `file` if nothing is left. */
export function cleanFileName(name: string): string {
  const base = name.split('/').at(-1) ?? '';
  const dot = base.lastIndexOf('.');
  const stem = cleanPart(dot === -1 ? base : base.slice(0, dot), stemLengthMax);
  const ending = dot === -1 ? '' : cleanPart(base.slice(dot + 1), endingLengthMax);
  return [stem, ending].filter((part) => part !== '').join('.') || 'file';
}

function cleanPart(text: string, lengthMax: number): string {
  const kept = [...text].filter((character) => character >= ' ').map((one) => (isKept(one) ? one : ' '));
  return kept
    .join('')
    .replace(/^[ .]+/, '')
    .slice(0, lengthMax)
    .replace(/[ .]+$/, '');
}

function isKept(character: string): boolean {
  return character < '\u007f' ? !/[<>:"/\\|?*&`']/.test(character) : /[\p{L}\p{N}]/u.test(character);
}

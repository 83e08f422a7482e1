/**
 * Byte strings: JavaScript strings in which each character is one byte (0–255).
 *
 * Redis values are bytes, and Lua's `#` and `string.sub` count bytes. So the store keeps byte strings, and its edges
 * convert text to UTF-8 bytes and back. ASCII text is the same in both forms and costs one scan.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */

export type Bytes = string;

const notAscii = /[\u0080-\uffff]/;
/** Below this a loop is faster than a regular expression. */
const shortLength = 48;

function onlyAscii(text: string): boolean {
  if (text.length > shortLength) return !notAscii.test(text);
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

export function bytesOfText(text: string): Bytes {
  return onlyAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Bytes that are not UTF-8 become U+FFFD. */
export function textOfBytes(bytes: Bytes): string {
  return onlyAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/**
 * Redis's glob patterns (`*`, `?`, `[a-c]`, `[^a]`, `\` escapes), for KEYS, SCAN and PSUBSCRIBE.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';

/** Matches bytes, as Redis does: `?` is one byte, not one character. */
export function globMatcher(pattern: Bytes): (candidate: Bytes) => boolean {
  if (pattern === '*') return () => true;
  const expression = new RegExp(`^${translate(pattern)}$`, 's');
  return (candidate) => expression.test(candidate);
}

function translate(pattern: string): string {
  let expression = '';
  let at = 0;
  while (at < pattern.length) {
    const character = pattern.charAt(at);
    at += 1;
    if (character === '*') {
      if (!expression.endsWith('.*')) expression += '.*';
    } else if (character === '?') {
      expression += '.';
    } else if (character === '[') {
      const set = translateSet(pattern, at);
      expression += set.expression;
      at = set.end;
    } else if (character === '\\' && at < pattern.length) {
      expression += literal(pattern.charAt(at));
      at += 1;
    } else {
      expression += literal(character);
    }
  }
  return expression;
}

/** `[` is at `start - 1`. An unclosed set reaches to the pattern's end, as in Redis. */
function translateSet(pattern: string, start: number): { expression: string; end: number } {
  let at = start;
  const negated = pattern.charAt(at) === '^';
  if (negated) at += 1;
  let members = '';
  while (at < pattern.length && pattern.charAt(at) !== ']') {
    if (pattern.charAt(at) === '\\' && at + 1 < pattern.length) {
      members += literal(pattern.charAt(at + 1));
      at += 2;
    } else if (pattern.charAt(at + 1) === '-' && at + 2 < pattern.length) {
      const ends = [pattern.charAt(at), pattern.charAt(at + 2)].sort();
      members += `${literal(ends[0] ?? '')}-${literal(ends[1] ?? '')}`;
      at += 3;
    } else {
      members += literal(pattern.charAt(at));
      at += 1;
    }
  }
  const none = negated ? '[^]' : '[]';
  return { expression: members === '' ? none : `[${negated ? '^' : ''}${members}]`, end: at + 1 };
}

function literal(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

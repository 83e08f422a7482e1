import { describe, expect, it } from 'vitest';
import { cutText, invisibleIn, oneLine, visible } from '../../../services/core/platform/foreign-text.ts';

const emojiAcrossTheCut = `${'x'.repeat(158)}🔥 and more`;
const families = '👨‍👩‍👧 '.repeat(60);

describe('cutText', () => {
  it.each([emojiAcrossTheCut, families, '🔥'.repeat(200)])(
    'stays well-formed wherever it cuts: %.20s',
    (text) => {
      for (let lengthMax = 2; lengthMax <= 200; lengthMax++) {
        const cut = cutText(text, lengthMax);
        expect(cut.isWellFormed()).toBe(true);
        expect(cut.length).toBeLessThanOrEqual(lengthMax);
        if (text.length > lengthMax) expect(cut.endsWith('…')).toBe(true);
        expect(text.startsWith(cut.replace(/…$/, ''))).toBe(true);
      }
    },
  );

  it('leaves a text that fits as it is', () => {
    expect(cutText('a\nb 🔥', 7)).toBe('a\nb 🔥');
  });

  it('replaces half of a surrogate pair', () => {
    expect(cutText('half \ud83d of a pair', 100)).toBe('half \ufffd of a pair');
  });
});

describe('visible', () => {
  it('leaves line breaks and tabs, and the meaning of JSON', () => {
    expect(visible('a\n\tb\u001b[2K')).toBe('a\n\tb\\u001b[2K');
    const value = { host: 'evil \u202e\u009b31m\u0007', reason: 'строка\n🔥' };
    expect(JSON.parse(visible(JSON.stringify(value)))).toEqual(value);
  });
});

describe('invisibleIn', () => {
  it.each([
    ['a\u0000b', '\\u0000'],
    ['one\ntwo', '\\u000a'],
    ['a\u0085b', '\\u0085'],
    ['a\u2028b', '\\u2028'],
    ['a\u2066b', '\\u2066'],
    ['ec\u200ds', '\\u200d'],
    ['a\u200cb', '\\u200c'],
    ['a\u{E0041}b', '\\udb40\\udc41'],
    ['a\u3164b', '\\u3164'],
    ['a\u2800b', '\\u2800'],
    ['a\ufffab', '\\ufffa'],
  ])('finds what cannot be seen in %j', (text, found) => {
    expect(invisibleIn(text)).toBe(found);
  });

  it.each(['зависла вся система', '👨‍👩‍👧 🏳️‍🌈 👩🏽‍💻', 'naïve – “quotes”', ''])(
    'finds nothing in %s',
    (text) => {
      expect(invisibleIn(text)).toBeUndefined();
    },
  );
});

describe('oneLine', () => {
  it.each([
    ['line breaks', 'one\r\ntwo\u2028three', 'one two three'],
    ['terminal codes', '\u001b[2K\rAll is well\u001b[8m', '\\u001b[2K All is well\\u001b[8m'],
    ['the title of a terminal', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
    ['C1 codes', '\u009b31m red', '\\u009b31m red'],
    ['right-to-left marks', 'evil \u202egpj.exe', 'evil \\u202egpj.exe'],
    ['a NUL', 'a\u0000b', 'a\\u0000b'],
    ['an invisible space', 'a\u200bb', 'a\\u200bb'],
    ['tags, which hide a whole text', 'a\u{E0068}\u{E0069}', 'a\\udb40\\udc68\\udb40\\udc69'],
    ['fillers', 'a\u3164\u115f', 'a\\u3164\\u115f'],
    ['half of a surrogate pair', 'half \ud83d', 'half \ufffd'],
    ['markup, which it leaves to the page', '<b>bold</b> & *_`[', '<b>bold</b> & *_`['],
    ['a family, which is joined by an invisible sign', '👨‍👩‍👧', '👨‍👩‍👧'],
  ])('shows %s', (_name, text, shown) => {
    expect(oneLine(text, 100)).toBe(shown);
  });

  it('cuts a text of any length', () => {
    expect(oneLine('w'.repeat(5_000_000), 160)).toBe(`${'w'.repeat(159)}…`);
  });
});

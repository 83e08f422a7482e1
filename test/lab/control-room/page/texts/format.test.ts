import { describe, expect, it } from 'vitest';
import { pageModule } from '../page-module.ts';

const { durationIn, exactDurationIn, fileSizeIn, listIn, numberIn, pluralIn } = await import(
  pageModule('texts/format.js')
);
const units = { second: 's', minute: 'min', hour: 'h' };

describe('the formats of the control room’s page', () => {
  it.each([
    [-3, '0 s'],
    [0.4, '0 s'],
    [119.4, '119 s'],
    [120, '2 min'],
    [7199, '120 min'],
    [7200, '2 h'],
    [86_400, '24 h'],
  ])('rounds %d seconds to %s', (seconds, text) => {
    expect(durationIn(units)(seconds)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1024, '1 KB'],
    [1_572_864, '1.5 MB'],
    [5 * 2 ** 30, '5,120 MB'],
  ])('writes a size of %d bytes as %s', (bytes, text) => {
    expect(fileSizeIn('en', ['B', 'KB', 'MB'])(bytes)).toBe(text);
  });

  it.each([
    [45, '45 s'],
    [90, '90 s'],
    [120, '2 min'],
    [5400, '90 min'],
    [7200, '2 h'],
  ])('writes %d seconds exactly: %s', (seconds, text) => {
    expect(exactDurationIn(units)(seconds)).toBe(text);
  });

  it('writes numbers with at most one decimal', () => {
    expect([1.25, 1200, 3].map(numberIn('en'))).toEqual(['1.3', '1,200', '3']);
    expect(numberIn('ru')(1.25)).toBe('1,3');
  });

  it('joins a list as the language does', () => {
    const names = ['a', 'b', 'c'];
    expect(listIn('en')(names.slice(0, 1))).toBe('a');
    expect(listIn('en')(names)).toBe('a, b, and c');
    expect(listIn('ru')(names)).toBe('a, b и c');
  });

  it('chooses the form of a counted noun', () => {
    const english = { one: 'message', other: 'messages' };
    expect([0, 1, 2].map((count) => pluralIn('en')(count, english))).toEqual([
      'messages',
      'message',
      'messages',
    ]);
    const russian = { one: 'сообщение', few: 'сообщения', many: 'сообщений' };
    expect([1, 2, 5, 11, 21, 22, 25].map((count) => pluralIn('ru')(count, russian))).toEqual([
      'сообщение',
      'сообщения',
      'сообщений',
      'сообщений',
      'сообщение',
      'сообщения',
      'сообщений',
    ]);
  });
});

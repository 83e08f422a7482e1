import { describe, expect, it } from 'vitest';
import { type ValueFormat, VariableReader } from '../../../services/core/settings/variable-reader.ts';

const colour: ValueFormat = { shape: /^[a-z]+$/, expected: 'a colour', fix: 'write it like red' };

/** The first problem that a reading reports; undefined when there is none. */
function problemOf(value: string, read: (reader: VariableReader) => unknown): string | undefined {
  const reader = new VariableReader({ NAME: value });
  read(reader);
  return reader.problems[0];
}

describe('a variable', () => {
  it.each([undefined, '', ' ', '\n'])('that is %j counts as not set', (value) => {
    const reader = new VariableReader({ NAME: value });
    expect(reader.isSet('NAME')).toBe(false);
    expect(reader.text('NAME')).toBeUndefined();
    expect(reader.integer('NAME', { min: 1, max: 9 })).toBeUndefined();
    expect(reader.integer('NAME', { default: 5, min: 1, max: 9 })).toBe(5);
    expect(reader.choice('NAME', ['a', 'b'], 'b')).toBe('b');
    expect(reader.flag('NAME')).toBe(false);
    expect(reader.formatted('NAME', colour)).toBeUndefined();
    expect(reader.secret('NAME', colour)).toBeUndefined();
    expect(reader.httpUrl('NAME', 'https://x.example')).toBeUndefined();
    expect(reader.list('NAME', colour)).toEqual([]);
    expect(reader.problems).toEqual([]);
  });

  it('is remembered by name once it was asked for, set or not', () => {
    const reader = new VariableReader({ SET: 'x', UNREAD: 'x' });
    reader.text('SET');
    reader.flag('UNSET');
    expect([...reader.names]).toEqual(['SET', 'UNSET']);
  });
});

describe('values', () => {
  const reader = new VariableReader({
    COUNT: '7',
    LETTER: 'a',
    ON: 'true',
    COLOUR: 'red',
    COLOURS: ' red, blue,red,',
    SECRET: ' red\n',
    URL: ' HTTPS://Host.Example/path/ ',
  });

  it('are read by kind', () => {
    expect(reader.integer('COUNT', { min: 7, max: 7 })).toBe(7);
    expect(reader.choice('LETTER', ['a', 'b'], 'b')).toBe('a');
    expect(reader.flag('ON')).toBe(true);
    expect(reader.formatted('COLOUR', colour)).toBe('red');
    expect(reader.list('COLOURS', colour)).toEqual(['red', 'blue']);
    expect(reader.secret('SECRET', colour)).toBe('red');
    expect(reader.httpUrl('URL', '')).toBe('https://host.example/path');
    expect(reader.problems).toEqual([]);
  });
});

describe('a problem', () => {
  it.each<[string, string, (reader: VariableReader) => unknown, string]>([
    [
      'a number out of range',
      '10',
      (reader) => reader.integer('NAME', { min: 1, max: 9 }),
      'NAME: expected a whole number from 1 to 9, got "10"; set such a number, or leave it out',
    ],
    [
      'a number with a default',
      '1e0',
      (reader) => reader.integer('NAME', { default: 5, min: 1, max: 9 }),
      'NAME: expected a whole number from 1 to 9, got "1e0"; set such a number, or leave it out for 5',
    ],
    [
      'another choice',
      'A',
      (reader) => reader.choice('NAME', ['a', 'b'], 'b'),
      'NAME: expected one of a, b, got "A"; set one of them, or leave it out for b',
    ],
    [
      'another format',
      'Red',
      (reader) => reader.formatted('NAME', colour),
      'NAME: expected a colour, got "Red"; write it like red',
    ],
    [
      'one entry of a list',
      'red,7',
      (reader) => reader.list('NAME', colour),
      'NAME: expected a colour, got "7"; write it like red',
    ],
    [
      'a secret, by its length only',
      'R3d!',
      (reader) => reader.secret('NAME', colour),
      'NAME: expected a colour, got 4 characters of another shape; write it like red',
    ],
    [
      'an address, by its length only',
      'store',
      (reader) => reader.httpUrl('NAME', 'https://x.example'),
      'NAME: expected an http or https address without credentials, got 5 characters of another shape; ' +
        'write it like https://x.example',
    ],
  ])('names the variable, what was expected, what came and the fix: %s', (_what, value, read, line) => {
    expect(problemOf(value, read)).toBe(line);
  });

  it('does not keep the reader from finding the next one', () => {
    const reader = new VariableReader({ ONE: 'x', TWO: 'x' });
    reader.flag('ONE');
    reader.flag('TWO');
    expect(reader.problems).toHaveLength(2);
  });

  it('is one line, and shows only the beginning of a long value', () => {
    const problem = problemOf(`1\n${'x'.repeat(5000)}`, (reader) => reader.formatted('NAME', colour)) ?? '';
    expect(problem).toContain('(5002 characters)');
    expect(problem.length).toBeLessThan(150);
    expect(problem).not.toContain('\n');
  });

  it('shows no bot token, not even the half of one that is cut off', () => {
    const token = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
    for (const value of [token, `${'x'.repeat(35)} ${token}`]) {
      expect(problemOf(value, (reader) => reader.formatted('NAME', colour))).not.toContain('AAHd');
    }
  });
});

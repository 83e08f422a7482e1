import { describe, expect, it } from 'vitest';
import {
  describeHolder,
  isQuarantine,
  lockValue,
  quarantineOwner,
  readLockHolder,
} from '../../../services/core/lease/lock-value.ts';

const holder = { host: 'ip-10-0-1-5', pid: 7, env: 'production', ts: '2026-03-01T03:04:05Z', owner: 'o1' };
const task = 'arn:aws:ecs:eu-central-1:1:task/bot/1';

describe('a lock value', () => {
  it('is read back as it was made, with and without a task', () => {
    expect(readLockHolder(lockValue(holder))).toEqual(holder);
    expect(readLockHolder(lockValue({ ...holder, task }))).toEqual({ ...holder, task });
  });

  it('has its members in the same order whatever order they came in: it is compared as a whole', () => {
    const reversed = Object.fromEntries(Object.entries(holder).reverse()) as unknown as typeof holder;
    expect(lockValue(reversed)).toBe(lockValue(holder));
    expect(lockValue(holder)).toBe(
      '{"host":"ip-10-0-1-5","pid":7,"env":"production","ts":"2026-03-01T03:04:05Z","owner":"o1"}',
    );
  });
});

describe('reading a value that any program may have written', () => {
  it.each(['', 'plain text', '{', 'null', '7', '"host"', '[1]', '{}'])('finds nothing in %j', (value) => {
    expect(readLockHolder(value)).toEqual({});
  });

  it.each([
    ['{"host":{"a":1},"pid":"7","env":null,"ts":5,"owner":[],"task":false}', {}],
    ['{"host":"h","pid":"7"}', { host: 'h' }],
    ['{"pid":7,"host":["h"]}', { pid: 7 }],
    ['{"host":"h","more":"x","__proto__":{"pid":9}}', { host: 'h' }],
  ])('keeps only members of the right type: %s', (value, expected) => {
    expect(readLockHolder(value)).toStrictEqual(expected);
  });
});

describe('describing a holder', () => {
  it.each([
    ['all three', lockValue(holder), 'host ip-10-0-1-5, pid 7, environment production'],
    ['the host alone', '{"host":"h"}', 'host h, pid unknown, environment unknown'],
    ['the pid alone', '{"pid":5}', 'host unknown, pid 5, environment unknown'],
    ['neither', 'old bot', 'a process that wrote "old bot"'],
    ['too much', 'x'.repeat(100), `a process that wrote "${'x'.repeat(79)}…"`],
    ['a sign of two halves at the cut', `${'x'.repeat(78)}🔥🔥`, `a process that wrote "${'x'.repeat(78)}…"`],
    ['terminal codes', '{"host":"a\\u001b[2K","pid":5}', 'host a\\u001b[2K, pid 5, environment unknown'],
  ])('names %s', (_name, value, text) => {
    expect(describeHolder(value)).toBe(text);
  });

  it('calls the quarantine by its name, not by its pid 0', () => {
    const value = lockValue({ ...holder, host: 'quarantine', pid: 0, owner: quarantineOwner });
    expect(isQuarantine(value)).toBe(true);
    expect(describeHolder(value)).toBe('the quarantine after an empty store');
    expect(isQuarantine(lockValue(holder))).toBe(false);
  });
});

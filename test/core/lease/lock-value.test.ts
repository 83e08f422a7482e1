import { describe, expect, it } from 'vitest';
import {
  describeHolder,
  isQuarantine,
  type LockHolder,
  lockValue,
  quarantineOwner,
  readLockHolder,
} from '../../../services/core/lease/lock-value.ts';

const holder: LockHolder = {
  host: 'ip-10-0-0-7',
  pid: 17,
  env: 'production',
  ts: '2026-03-01T03:04:05.678Z',
  owner: '0123456789abcdef0123456789abcdef',
};
const quarantine = lockValue({ ...holder, host: '', pid: 0, env: '', owner: quarantineOwner });

describe('lockValue', () => {
  it('keeps its members in a fixed order, and leaves out the task where there is none', () => {
    expect(lockValue({ ...holder, task: undefined })).toBe(
      '{"host":"ip-10-0-0-7","pid":17,"env":"production","ts":"2026-03-01T03:04:05.678Z",' +
        '"owner":"0123456789abcdef0123456789abcdef"}',
    );
    expect(lockValue({ ...holder, task: 'arn:aws:ecs:task/1' })).toMatch(/,"task":"arn:aws:ecs:task\/1"}$/);
  });
});

describe('readLockHolder', () => {
  it('reads back what lockValue wrote', () => {
    expect(readLockHolder(lockValue(holder))).toEqual(holder);
    expect(readLockHolder(lockValue({ ...holder, task: 't' }))).toEqual({ ...holder, task: 't' });
  });

  it.each([
    ['no JSON', 'worker-1', {}],
    ['an empty value', '', {}],
    ['truncated JSON', '{"host":"a"', {}],
    ['null', 'null', {}],
    ['a number', '7', {}],
    ['a string', '"host"', {}],
    ['a list', '["host","pid"]', {}],
    ['an object without known members', '{"name":"a"}', {}],
    ['a pid that is a string', '{"host":"a","pid":"17"}', { host: 'a' }],
    ['a host that is an object', '{"host":{"a":1},"pid":17}', { pid: 17 }],
    ['a null task', '{"pid":17,"task":null}', { pid: 17 }],
    ['unknown members', '{"pid":17,"shard":3}', { pid: 17 }],
    ['a foreign prototype', '{"__proto__":{"pid":17},"env":"e"}', { env: 'e' }],
  ])('keeps only members of the right type from %s', (_name, value, expected) => {
    expect(readLockHolder(value)).toEqual(expected);
  });
});

describe('isQuarantine', () => {
  it.each([
    ['the quarantine', quarantine, true],
    ['a worker’s value', lockValue(holder), false],
    ['a host of that name', lockValue({ ...holder, host: quarantineOwner }), false],
    ['the bare word', quarantineOwner, false],
  ])('tells %s', (_name, value, expected) => {
    expect(isQuarantine(value)).toBe(expected);
  });
});

describe('describeHolder', () => {
  it.each([
    ['a worker', lockValue(holder), 'host ip-10-0-0-7, pid 17, environment production'],
    ['a value without a pid', '{"host":"a"}', 'host a, pid unknown, environment unknown'],
    ['a value without a host', '{"pid":17,"env":"dev"}', 'host unknown, pid 17, environment dev'],
    ['a value with neither', '{"env":"dev"}', 'a process that wrote "{\\"env\\":\\"dev\\"}"'],
    ['a foreign value', 'worker-1', 'a process that wrote "worker-1"'],
    ['the quarantine', quarantine, 'the quarantine after an empty store'],
  ])('names %s in one line', (_name, value, expected) => {
    expect(describeHolder(value)).toBe(expected);
  });

  it('shows only the beginning of a long foreign value, on one line', () => {
    expect(describeHolder(`a\nb${'x'.repeat(500)}`)).toBe(
      `a process that wrote ${JSON.stringify(`a\nb${'x'.repeat(77)}`)}`,
    );
  });
});

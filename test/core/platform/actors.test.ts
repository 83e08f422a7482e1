import { describe, expect, it } from 'vitest';
import { describeHolder, lockValue } from '../../../services/core/lease/lock-value.ts';
import {
  automaticActors,
  isLinkReason,
  isReservedActor,
  linkActor,
  linkReason,
  recipientOfLink,
} from '../../../services/core/platform/actors.ts';

const holder = describeHolder(lockValue({ host: 'vm', pid: 7, env: 'production', ts: '', owner: 'a' }));

describe('a reserved name', () => {
  it.each([...Object.values(automaticActors), linkActor('101'), 'link of 101', holder])('is %s', (name) => {
    expect(isReservedActor(name)).toBe(true);
  });

  it.each([
    'ECS',
    ' ecs\n',
    '\u00a0ecs\u3000',
    'e\u200bcs',
    '\ufeffEcs',
    'ｅｃｓ',
    'e\u00adc\u200ds',
    'Heartbeat-Monitor',
    'The  link sent to 5',
    'the link sent to 101.',
    'еcs',
    'ЕС\u0405',
    'εcs',
    'e.c.s',
    'ecs\u3164',
    'heartbeat\u2010monitor',
    'НEARTBEAT MONITOR',
    'the link ѕent tо 101',
    'hоst vm, рid 7',
  ])('is recognised in %j', (name) => {
    expect(isReservedActor(name)).toBe(true);
  });

  it.each([
    'anna',
    'ecs-admin',
    'anna at laptop',
    'ops',
    'control room',
    '',
    'Анна',
    'Снежана Соколова',
    'hostess',
    'оператор 7',
    'λ',
  ])('is not %j', (name) => {
    expect(isReservedActor(name)).toBe(false);
  });
});

it('knows a link’s reason from a person’s', () => {
  expect(isLinkReason(linkReason('outage-0a1b'))).toBe(true);
  expect(['it hangs', 'one-tap link of my own'].map(isLinkReason)).toEqual([false, false]);
});

it('names whom a link was sent to, and nobody for another name', () => {
  expect(recipientOfLink(linkActor('101'))).toBe('101');
  expect(recipientOfLink('anna')).toBeUndefined();
});

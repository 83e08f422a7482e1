import { expect, it } from 'vitest';
import { Listeners } from '../../../services/lab/shared/listeners.ts';

it('calls every listener in order until it is removed', () => {
  const calls: string[] = [];
  const listeners = new Listeners<[name: string, count: number]>();
  const removeFirst = listeners.add((name, count) => calls.push(`first ${name} ${count}`));
  listeners.add((name) => calls.push(`second ${name}`));
  listeners.notify('a', 1);
  removeFirst();
  removeFirst();
  listeners.notify('b', 2);
  expect(calls).toEqual(['first a 1', 'second a', 'second b']);
});

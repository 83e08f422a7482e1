import { expect, it } from 'vitest';
import { editDistance, likelyName, nearestName } from '../../../services/core/platform/nearest-name.ts';

it.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['', 'abc', 3],
  ['abc', 'abxc', 1],
  ['abc', 'ac', 1],
  ['abc', 'axc', 1],
  ['abc', 'acb', 1],
  ['kitten', 'sitting', 3],
])('%j and %j differ by %i letters', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

it('names the nearest one, the first of several', () => {
  expect(nearestName('mesage', ['poll', 'message', 'edited_message'])).toBe('message');
  expect(nearestName('x', ['a', 'b'])).toBe('a');
});

it.each([
  ['statsu', 'status'],
  ['restrat', 'restart'],
  ['dance', undefined],
  ['', undefined],
])('%j was probably meant as %j', (text, name) => {
  expect(likelyName(text, ['status', 'restart'])).toBe(name);
  expect(likelyName(text, [])).toBeUndefined();
});

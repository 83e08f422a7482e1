import { expect, it } from 'vitest';
import { mayScrape } from '../../services/metrics-sidecar/bearer.ts';

it.each([
  [undefined, undefined, true],
  ['Bearer anything', undefined, true],
  ['Bearer secret', 'secret', true],
  ['bearer   secret', 'secret', true],
  [undefined, 'secret', false],
  ['', 'secret', false],
  ['secret', 'secret', false],
  ['Basic secret', 'secret', false],
  ['Bearer secre', 'secret', false],
  ['Bearer secret2', 'secret', false],
  ['Bearer secret secret', 'secret', false],
])('the header %j with the token %j: %s', (authorization, token, allowed) => {
  expect(mayScrape(authorization, token)).toBe(allowed);
});

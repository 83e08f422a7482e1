import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { version } from '../../services/adapters/version.ts';

it('is the version in package.json outside a bundle', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect(version).toBe((JSON.parse(text) as { version: string }).version);
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
});

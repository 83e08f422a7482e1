/** The examples of `docs/testing.md` are files that run: those for vitest beside this one, the one for node:test here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { launch } from '../support/child.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/testing.md'), 'utf8');
const examples = [
  'example-lunch.ts',
  'example-lunch.test.ts',
  'example-lunch.node-test.ts',
  'example-schedules.test.ts',
];

it('docs/testing.md shows the examples verbatim', () => {
  const shown = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text);
  expect(shown).toEqual(examples.map((file) => readFileSync(join(root, 'test/docs', file), 'utf8')));
});

describe('the example for node:test', () => {
  it('passes', async () => {
    const file = 'test/docs/example-lunch.node-test.ts';
    expect(page).toContain(`node --test ${file}`);
    const { code, stdout } = await launch(process.execPath, ['--test', file], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '' },
    }).finished;
    expect(stdout).toMatch(/^. pass 1$/m);
    expect(code).toBe(0);
  });
});

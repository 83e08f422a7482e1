import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Measured } from '../scenarios.ts';
import { reportFiles } from './files.ts';
import type { Machine } from './machine.ts';

const docs = join(import.meta.dirname, '..', '..', '..', 'docs');
const read = (file: string): string => readFileSync(join(docs, file), 'utf8');
const json = /```json\n(.*)\n```/.exec(read('benchmarks.md'))?.[1] ?? '';
const { machine, ...measured } = JSON.parse(json) as Measured & { machine: Machine };

const files = reportFiles({ measured, machine, json }, read('scaling.md'));
it.each(Object.entries(files))(
  '%s matches the JSON (else run `npm run bench -- --write`)',
  (file, expected) => {
    expect(read(file)).toBe(expected);
  },
);

it('refuses a page that asks for an unknown table', () => {
  const page = '<!-- bench: scaleIngests -->\n<!-- /bench -->';
  expect(() => reportFiles({ measured, machine, json }, page)).toThrow('scaleIngests');
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Measured } from '../scenarios.ts';
import { chart } from './chart.ts';
import type { Machine } from './machine.ts';
import { page } from './page.ts';

const docs = join(import.meta.dirname, '..', '..', '..', 'docs');
const written = readFileSync(join(docs, 'benchmarks.md'), 'utf8');
const json = /```json\n(.*)\n```/.exec(written)?.[1] ?? '';
const { machine, ...measured } = JSON.parse(json) as Measured & { machine: Machine };

it('the page and its picture match its JSON (else run `npm run bench -- --write`)', () => {
  expect(page({ measured, machine, json })).toBe(written);
  expect(chart(measured)).toBe(readFileSync(join(docs, 'pictures', 'benchmarks.svg'), 'utf8'));
});

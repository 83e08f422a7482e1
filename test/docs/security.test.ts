/** Each door of docs/SECURITY.md has a table of attacks in the tests, and each such table has its door in the page. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/SECURITY.md'), 'utf8');

/** The first column of the table below the heading, and the last one without its markup. */
const doors = new Map(
  (page.split('\n## The doors\n')[1]?.split('\n##')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:door|---) /.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => [cells[1] ?? '', /`([^`]+)`/.exec(cells.at(-2) ?? '')?.[1] ?? ''] as const),
);

const tested = new Map(
  readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('docs/security.test.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(root, 'test', file), 'utf8');
      return [...text.matchAll(/describe\('door: ([^']+)'/g)].map(
        ([, door = '']) => [door, `test/${file}`] as const,
      );
    }),
);

it('has a table of attacks for each door, and a door for each table', () => {
  expect(doors.size).toBeGreaterThanOrEqual(8);
  expect(Object.fromEntries(tested)).toEqual(Object.fromEntries(doors));
});

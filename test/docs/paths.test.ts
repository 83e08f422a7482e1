/** Keeps the paths that the README and the pages of `docs/` name in step with the tree. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/*.md', { cwd: root })];
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

/** In backquotes and with a top folder first, as in `services/core` or `test/chaos/lease.long.test.ts`. */
const namedPaths = (text: string): readonly string[] =>
  [...text.matchAll(/`\.?\/?((?:docs|functions|infra|services|test)\/[\w./*-]+)`/g)].map(
    ([, path = '']) => path,
  );

/** Relative targets of links and pictures, without their anchors. */
const linkedPaths = (text: string): readonly string[] =>
  [...text.matchAll(/(?:\]\(|(?:src|srcset)=")(?!https?:|#)([^)"#\s]+)/g)].map(([, path = '']) => path);

/** Links to a heading, of this page or of another one. */
const linkedHeadings = (text: string): readonly (readonly [file: string, heading: string])[] =>
  [...text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(([, file = '', heading = '']) => [
    file,
    heading,
  ]);

/** As GitHub names them. */
const headingsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

const exists = (path: string): boolean =>
  path.includes('*') ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path));

describe.each(pages)('%s', (page) => {
  it('names only files and folders that exist', () => {
    expect(namedPaths(read(page)).filter((path) => !exists(path))).toEqual([]);
  });

  it('links only to headings that exist', () => {
    const missing = linkedHeadings(read(page)).filter(([file, heading]) => {
      const target = file === '' ? page : join(dirname(page), file);
      return !headingsOf(read(target)).includes(heading);
    });
    expect(missing).toEqual([]);
  });

  it('links only to files that exist', () => {
    expect(linkedPaths(read(page)).filter((path) => !exists(join(dirname(page), path)))).toEqual([]);
  });
});

it('answers seven questions in thirty seconds, with one existing file each', () => {
  const table = /## Thirty seconds\n([\s\S]*?)\n## /.exec(read('docs/architecture.md'))?.[1] ?? '';
  const files = table.split('\n').filter((line) => line.startsWith('| W') || line.startsWith('| H'));
  expect(files).toHaveLength(7);
  for (const row of files) expect(namedPaths(row).map(exists)).toEqual([true]);
});

it('finds paths to check', () => {
  expect(namedPaths(read('README.md')).length).toBeGreaterThan(10);
  expect(linkedPaths(read('README.md')).length).toBeGreaterThan(10);
});

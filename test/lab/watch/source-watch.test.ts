import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SourceWatch } from '../../../services/lab/watch/source-watch.ts';

let folder: string;
let saved: Set<string>;
let watch: SourceWatch;

const path = (name: string): string => join(folder, name);
const save = (name: string): void => writeFileSync(path(name), `// ${name}`);
const until = (name: string): Promise<unknown> =>
  vi.waitUntil(() => saved.has(path(name)), { timeout: 30_000 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'source-watch-'));
  for (const below of ['parts', 'node_modules', '.git']) mkdirSync(path(below));
  save('mine.ts');
  saved = new Set();
  watch = new SourceWatch((file) => saved.add(file));
});
afterEach(() => {
  watch.close();
  rmSync(folder, { recursive: true });
});

// Events of one folder come in the order of the writes, so the last file shows that the others were not told.
describe('while the module works', () => {
  it('tells of its own files alone, wherever they are', async () => {
    watch.follow({ entry: path('mine.ts'), files: [path('mine.ts'), path('parts/lunch.ts')], works: true });
    for (const name of ['parts/other.ts', 'parts/lunch.ts', 'other.ts', 'data.json', 'mine.ts']) save(name);
    await until('mine.ts');
    await until('parts/lunch.ts');
    expect([...saved].toSorted()).toEqual([path('mine.ts'), path('parts/lunch.ts')]);
  });
});

describe('while the module does not work', () => {
  it('tells of any source file and new folder below its own, but not of data, packages and dot files', async () => {
    watch.follow({ entry: path('mine.ts'), files: [], works: false });
    for (const name of ['node_modules/x.js', '.git/x.js', 'out', 'state.json', '.swap.ts', 'parts/new.mjs'])
      save(name);
    mkdirSync(path('more'));
    save('last.js');
    await until('last.js');
    await until('parts/new.mjs');
    expect([...saved].toSorted()).toEqual([path('last.js'), path('more'), path('parts/new.mjs')]);
  });

  it('watches a new folder from the next attempt on, and gives up watching what it need not', async () => {
    watch.follow({ entry: path('mine.ts'), files: [], works: false });
    mkdirSync(path('more'));
    await until('more');
    watch.follow({ entry: path('mine.ts'), files: [], works: false });
    save('more/part.ts');
    await until('more/part.ts');
    watch.follow({ entry: path('mine.ts'), files: [path('mine.ts')], works: true });
    saved.clear();
    save('more/part.ts');
    save('mine.ts');
    await until('mine.ts');
    expect([...saved]).toEqual([path('mine.ts')]);
  });
});

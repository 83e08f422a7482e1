/**
 * The page's files from `page/`, unchanged, and the chart library from its npm package.
 *
 * All are read once, when the control room opens; no path from a request is ever resolved. Without the chart library's
 * package the page works without charts.
 *
 * Tested by: test/e2e/page.long.test.ts
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';

export interface PageFile {
  readonly contentType: string;
  readonly content: Buffer;
}

const folder = new URL('./page/', import.meta.url);
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** By URL path, from installed packages: the page loads nothing from the internet. */
const vendorFiles: Readonly<Record<string, string>> = {
  '/vendor/uplot.js': 'uplot/dist/uPlot.esm.js',
  '/vendor/uplot.css': 'uplot/dist/uPlot.min.css',
};

/** By URL path; `/` is the page itself. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(folder, { encoding: 'utf8', recursive: true })) {
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) continue;
    const path = name.replaceAll('\\', '/');
    files.set(path === 'index.html' ? '/' : `/${path}`, {
      contentType,
      content: readFileSync(new URL(path, folder)),
    });
  }
  for (const [path, file] of Object.entries(vendorFiles)) {
    const content = readPackageFile(file);
    if (content !== undefined) files.set(path, { contentType: contentTypes[extname(path)] ?? '', content });
  }
  return files;
}

function readPackageFile(file: string): Buffer | undefined {
  try {
    return readFileSync(createRequire(import.meta.url).resolve(file));
  } catch {
    return undefined;
  }
}

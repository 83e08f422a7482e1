/** This build's version: read from package.json in development, inserted by the bundler in what it builds. */
import { readFileSync } from 'node:fs';

declare const BUNDLED_VERSION: string | undefined;

export const isBundled = typeof BUNDLED_VERSION !== 'undefined';
export const version: string =
  typeof BUNDLED_VERSION === 'undefined' ? readPackageVersion() : BUNDLED_VERSION;

function readPackageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Where in the company's own files an error comes from, for a line that names it. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HandlersError } from './handlers-error.ts';

const place = /(?:^|[\s(])(?:file:\/\/)?(\/[^\s():]+\.[cm]?[jt]sx?):(\d+)/gm;
const ownFolder = fileURLToPath(new URL('.', import.meta.url));

/** Such as `features/lunch.ts:7`, from the working directory; undefined if the stack names no such file. */
export function placeOf(error: unknown): string | undefined {
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
  const [found] = [...stack.matchAll(place)].filter(
    ([, path = '']) => !path.includes('/node_modules/') && !path.startsWith(ownFolder),
  );
  if (found === undefined) return undefined;
  const [, path = '', line] = found;
  const short = relative(process.cwd(), path);
  return `${short.startsWith('..') ? path : short}:${line}`;
}

/** The place to add to a message, or nothing; the message of our own refusal is complete. */
export function atPlace(error: unknown): string {
  const found = error instanceof HandlersError ? undefined : placeOf(error);
  return found === undefined ? '' : `, at ${found}`;
}

/** Finds a program on a search path, as a shell does. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The program's path, or undefined if no folder of `searchPath` has it. */
export function findExecutable(name: string, searchPath: string): string | undefined {
  const candidates = searchPath.split(delimiter).filter((folder) => folder !== '');
  return candidates
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

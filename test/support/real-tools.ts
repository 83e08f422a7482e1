/**
 * Which of the real tools are on PATH. A test that needs one runs where it is there and is skipped where it is
 * not; with `REQUIRE_REAL=1` a missing tool fails the whole run (see `global-setup.ts`).
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const tools = ['redis-server', 'promtool', 'prometheus', 'chromium'] as const;
export type RealTool = (typeof tools)[number];

/** The tool's path, or undefined when it is not on PATH. */
export function realTool(tool: RealTool): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, tool))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export function missingTools(): readonly RealTool[] {
  return tools.filter((tool) => realTool(tool) === undefined);
}

/**
 * Finds real tools: on PATH, or where `fetch-ministack.sh` puts one. A test that needs a missing tool is skipped; with
 * `REQUIRE_REAL=1` a missing tool fails the whole run (see `global-setup.ts`).
 */
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const requiredTools = ['redis-server', 'promtool', 'prometheus', 'chromium', 'zsh', 'ministack'] as const;
/** These build and run images. Few machines have them, so only the image's own tests need them. */
const imageTools = ['buildah', 'podman'] as const;
export type RealTool = (typeof requiredTools)[number] | (typeof imageTools)[number];

/** The tool's path, or undefined when this machine does not have it. */
export function realTool(tool: RealTool): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), fetchedTools()]
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

export function missingTools(): {
  readonly required: readonly RealTool[];
  readonly all: readonly RealTool[];
} {
  const isMissing = (tool: RealTool): boolean => realTool(tool) === undefined;
  const required = requiredTools.filter(isMissing);
  return { required, all: [...required, ...imageTools.filter(isMissing)] };
}

function fetchedTools(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'staffprobot', 'ministack', 'bin');
}

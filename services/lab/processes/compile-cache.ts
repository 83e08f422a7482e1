/**
 * A folder in which each new process finds what an earlier one has compiled: in watch mode that is half of a start.
 * The orphan reaper removes it.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CompileCache {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

export async function makeCompileCache(): Promise<CompileCache> {
  const folder = await mkdtemp(join(tmpdir(), 'staffprobot-compiled-'));
  return { folder, environment: { NODE_COMPILE_CACHE: folder } };
}

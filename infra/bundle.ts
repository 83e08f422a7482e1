/**
 * The bundler as a command, for the image's build, for `npm run bundle:cli` and for synthesis, which cannot await:
 *
 *   node infra/bundle.ts worker <folder> [<handlers module>]
 *   node infra/bundle.ts function <name> <folder>
 *   node infra/bundle.ts cli <folder>
 *
 * Exit code 78 for wrong arguments, 1 for source that cannot be bundled; one line on stderr for each problem.
 *
 * Tested by: test/infra/bundling.test.ts
 */
import type { BuildFailure, Message } from 'esbuild';
import { bundleCommandLine, bundleFunction, bundleWorker } from './bundling.ts';
import { type FunctionName, functionEntries } from './function-entries.ts';

const forms = `worker <folder> [<handlers module>], function <${Object.keys(functionEntries).join('|')}> <folder>, or cli <folder>`;

try {
  const words = process.argv.slice(2);
  const bundling = start(words);
  if (bundling === undefined)
    refuse(`arguments: expected ${forms}, got ${JSON.stringify(words.join(' '))}`, 78);
  else await bundling;
} catch (error) {
  if (!isBuildFailure(error)) throw error;
  refuse(error.errors.map(described).join('\n'), 1);
}

/** Undefined: the arguments have none of these forms. */
function start([kind, first, second, ...more]: readonly string[]): Promise<unknown> | undefined {
  if (more.length > 0 || first === undefined) return undefined;
  if (kind === 'worker') return bundleWorker(first, second === '' ? undefined : second);
  if (kind === 'function' && isFunctionName(first) && second !== undefined)
    return bundleFunction(first, second);
  if (kind === 'cli' && second === undefined) return bundleCommandLine(first);
  return undefined;
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functionEntries, name);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error;
}

function described({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}: ${text}`;
}

function refuse(text: string, code: number): void {
  process.stderr.write(`bundle.ts: ${text}\n`);
  process.exitCode = code;
}

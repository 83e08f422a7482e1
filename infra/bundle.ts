/**
 * The bundler as a command, for the image's build and for synthesis, which cannot await:
 *
 *   node infra/bundle.ts worker <folder> [<handlers module>]
 *   node infra/bundle.ts function <name> <folder>
 *
 * A failure ends it with what esbuild said.
 */
import { bundleFunction, bundleWorker } from './bundling.ts';
import { type FunctionName, functionEntries } from './function-entries.ts';

const usage = `usage: bundle.ts worker <folder> [<handlers module>]
       bundle.ts function <${Object.keys(functionEntries).join('|')}> <folder>`;

const [kind, first, second] = process.argv.slice(2);
if (kind === 'worker' && first !== undefined) {
  await bundleWorker(first, second === '' ? undefined : second);
} else if (kind === 'function' && isFunctionName(first) && second !== undefined) {
  await bundleFunction(first, second);
} else {
  throw new Error(usage);
}

function isFunctionName(name: string | undefined): name is FunctionName {
  return name !== undefined && Object.hasOwn(functionEntries, name);
}

/**
 * Loads a module for `BOT_HANDLERS` in a process of its own, so that an error in it disturbs no worker. `preflight.ts`
 * starts it ahead of time and sends the module's name; the answer says what is wrong, and which files belong to the module.
 *
 * Tested by: test/lab/watch/handlers-watch.test.ts
 */
import { spawnSync } from 'node:child_process';
import { flushCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { HandlersError } from '../../adapters/telegram/handlers-error.ts';
import { loadHandlers } from '../../adapters/telegram/load-handlers.ts';
import type { LoadReport } from '../watch/preflight.ts';

// It may be killed, and then writes nothing.
flushCompileCache();
const files = new Set<string>();

process.once('message', async (specifier) => {
  registerHooks({
    load(url, context, nextLoad) {
      if (url.startsWith('file:') && !url.includes('/node_modules/')) files.add(fileURLToPath(url));
      return nextLoad(url, context);
    },
  });
  const error = await problemOf(String(specifier));
  const report: LoadReport = { error, files: [...files] };
  // The module may hold connections open, which would keep this process alive.
  process.send?.(report, () => process.exit());
});
process.once('disconnect', () => process.exit());

async function problemOf(specifier: string): Promise<string | undefined> {
  try {
    await loadHandlers(specifier);
    return undefined;
  } catch (error) {
    if (!(error instanceof HandlersError)) throw error;
    const place = error.cause instanceof SyntaxError ? syntaxErrorIn([...files].at(-1)) : undefined;
    return place === undefined ? error.message : `${error.message} (${place})`;
  }
}

/** Node keeps the place of a syntax error in JavaScript to itself, except when asked to check that file alone. */
function syntaxErrorIn(file: string | undefined): string | undefined {
  if (file === undefined || !/\.[cm]?js$/.test(file)) return undefined;
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
  return /^(?:file:\/\/)?(\/.*:\d+)$/m.exec(stderr)?.[1];
}

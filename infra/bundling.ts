/**
 * How source becomes what production runs: esbuild bundles for the functions, the worker's image and an operator's
 * machine.
 *
 * Functions are CommonJS, which starts faster on Lambda than ES modules do; the AWS clients, which they import only
 * when needed, become files of their own, so that a start does not even parse them. The worker is ES modules, because
 * its entry awaits at the top; chunks are shared, so that a company's handlers use the very Telegraf that the bot uses.
 *
 * Guarantees: the same source gives the same bytes; no warning passes; nothing of a bundle reads the source tree or
 * `node_modules` when it runs. Does not check types.
 */
import { readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { type FunctionName, functionEntries } from './function-entries.ts';

const root = join(import.meta.dirname, '..');
const luaFolder = join(root, 'services/adapters/redis');

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  legalComments: 'none',
  metafile: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** Writes the function's file and, beside it, a file for each client that it imports lazily. */
export async function bundleFunction(name: FunctionName, outputFolder: string): Promise<void> {
  const clients = new Set<string>();
  await bundle({
    ...functionOptions,
    entryPoints: { index: functionEntries[name] },
    outdir: outputFolder,
    // esbuild warns of it even in the code that it then removes.
    define: { 'import.meta.url': '""' },
    plugins: [inlineLua(await luaOf(functionEntries[name])), lazyClients(clients)],
  });
  if (clients.size === 0) return;
  const entryPoints = Object.fromEntries([...clients].map((client) => [clientFile(client), client]));
  await bundle({ ...functionOptions, entryPoints, outdir: outputFolder });
}

const functionOptions = {
  format: 'cjs',
  // A function starts often and on a fraction of a processor: each kilobyte that is not parsed counts.
  minify: true,
  // Cyrillic takes two bytes a letter this way; escaped it takes six.
  charset: 'utf8',
} as const satisfies BuildOptions;

/** Leaves `await import('@aws-sdk/…')` in place, pointed at a file beside the bundle. */
function lazyClients(found: Set<string>): Plugin {
  return {
    name: 'lazy-clients',
    setup(builder) {
      builder.onResolve({ filter: /^@aws-sdk\/client-/ }, ({ path, kind, importer }) => {
        if (kind !== 'dynamic-import') {
          return {
            errors: [{ text: `${importer} loads ${path} at every start: import it when it is needed` }],
          };
        }
        found.add(path);
        return { path: `./${clientFile(path)}.js`, external: true };
      });
    },
  };
}

function clientFile(client: string): string {
  return client.slice(client.indexOf('/') + 1);
}

/** `handlers` is a module of the company's own, from the repository's root; it becomes `handlers.mjs`. */
export async function bundleWorker(outputFolder: string, handlers?: string): Promise<Metafile> {
  const bot = 'services/bot/main.ts';
  const consumer = 'services/handlers/main.ts';
  return bundle({
    entryPoints: {
      bot,
      consumer,
      metrics: 'services/metrics-sidecar/main.ts',
      ...(handlers === undefined ? {} : { handlers }),
    },
    format: 'esm',
    // In a chunk of its own, a CommonJS client would have no named exports.
    mainFields: ['module', 'main'],
    // Names stay as they are written: it starts seldom, and a stack trace in a log is worth more than the bytes.
    minifySyntax: true,
    minifyWhitespace: true,
    outdir: outputFolder,
    outExtension: { '.js': '.mjs' },
    plugins: [inlineLua({ ...(await luaOf(bot)), ...(await luaOf(consumer)) })],
    splitting: true,
    chunkNames: 'shared-[hash]',
    banner: { js: requireForCommonJs },
  });
}

/** Telegraf, prom-client and the AWS clients are CommonJS in part, and require Node's own modules. */
const requireForCommonJs =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const commandLineNodeMin = 20;

/** The command line as one program, for machines without the repository: a Node of their own is all that it needs. */
export async function bundleCommandLine(outputFolder: string): Promise<void> {
  const main = 'services/cli/main.ts';
  const file = join(outputFolder, 'staffprobot.mjs');
  await bundle({
    entryPoints: [main],
    outfile: file,
    format: 'esm',
    target: `node${commandLineNodeMin}`,
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [inlineLua(await luaOf(main))],
    banner: { js: `#!/usr/bin/env node\n${requireForCommonJs}\n${refuseOldNode}` },
  });
  await chmod(file, 0o755);
}

const refuseOldNode =
  `if (Number.parseInt(process.versions.node, 10) < ${commandLineNodeMin}) { ` +
  `process.stderr.write(\`Node: expected version ${commandLineNodeMin} or newer, got \${process.versions.node}; install a newer one\\n\`); ` +
  'process.exit(78); }';

async function bundle(options: BuildOptions): Promise<Metafile> {
  const { warnings, metafile } = await build({
    ...common,
    ...options,
    define: { ...options.define, BUNDLED_VERSION: JSON.stringify(packageVersion()) },
  });
  const [warning] = warnings;
  if (warning !== undefined) {
    throw new Error(`esbuild warns: ${warning.text} (${warning.location?.file}:${warning.location?.line})`);
  }
  if (metafile === undefined) throw new Error('esbuild wrote no metafile');
  return metafile;
}

/**
 * Puts the store's scripts into the module that reads them in development.
 *
 * esbuild's own `define` cannot do it: it does not fold `typeof` of an object, so the code that reads files by
 * `import.meta.url` would stay, and CommonJS has none.
 */
function inlineLua(sources: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'inline-lua',
    setup(builder) {
      builder.onLoad({ filter: /[\\/]redis[\\/]lua-scripts\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const folded = source.replaceAll("typeof BUNDLED_LUA === 'undefined'", 'false');
        if (folded === source) throw new Error(`${path} does not ask whether BUNDLED_LUA is there`);
        return { contents: `const BUNDLED_LUA = ${JSON.stringify(sources)};\n${folded}`, loader: 'ts' };
      });
    },
  };
}

/** The scripts of the modules that a program imports. */
async function luaOf(entry: string): Promise<Record<string, string>> {
  const { inputs } = await bundle({
    entryPoints: [entry],
    write: false,
    packages: 'external',
    format: 'esm',
  });
  const modules = Object.keys(inputs).filter((path) => path.startsWith('services/adapters/redis/'));
  const calls = modules.flatMap((path) => [
    ...readFileSync(join(root, path), 'utf8').matchAll(/\bluaScript\('([^']+)'\)/g),
  ]);
  return luaSources(calls.map(([, path = '']) => path));
}

/**
 * These scripts and what they include, by path below the folder, without the extension. Comments and indentation stay in the repository;
 * `-- @include` lines are kept, because the module that loads a script expands them.
 */
export function luaSources(paths: readonly string[]): Record<string, string> {
  const sources: Record<string, string> = {};
  const add = (path: string): void => {
    if (path in sources) return;
    const source = readFileSync(join(luaFolder, `${path}.lua`), 'utf8');
    sources[path] = source.replace(/^\s*--(?! @include ).*\n|^[ \n]+/gm, '');
    for (const [, name] of source.matchAll(/^-- @include (.+)$/gm)) add(`includes/${name}`);
  };
  for (const path of paths.toSorted()) add(path);
  return sources;
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return version;
}

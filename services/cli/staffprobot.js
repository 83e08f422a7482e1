#!/usr/bin/env node
/**
 * Starts the command line with the project's own Node. `npx` runs this file with the `node` on PATH, which may be too
 * old for TypeScript, so this is plain JavaScript.
 *
 * Tested by: test/cli/launcher.test.ts
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const main = fileURLToPath(new URL('main.ts', import.meta.url));

if (existsSync(node)) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child too; this process waits for the child's exit code.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('close', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
} else {
  process.stderr.write(`expected the project's Node at ${node}, found none; run "npm ci" first\n`);
  process.exitCode = 78;
}

/**
 * The command line as a process: `npx staffprobot <command>`, or the one file of `npm run bundle:cli`. Only wiring.
 *
 * Answers go to stdout, everything else to stderr. A reader that closes the pipe early (`| head`) is no failure.
 *
 * Tested by: test/cli/launcher.test.ts
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { readEnvFile } from '../adapters/env-file.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { isBundled } from '../adapters/version.ts';
import { redactor } from '../core/platform/redaction.ts';
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import { secretsIn } from '../core/settings/secrets.ts';
import type { CliContext, InTemporaryFolder, RunProgram } from './context.ts';
import { cliExitCodes } from './exit-codes.ts';
import { runCli } from './run.ts';
import type { Terminal } from './terminal.ts';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(cliExitCodes.done);
  });
}
async function main(): Promise<number> {
  try {
    const context: CliContext = {
      program: isBundled ? bundleName(process.argv[1]) : 'npx staffprobot',
      environment: { ...readEnvFile(), ...process.env },
      terminal,
      clock,
      random,
      requester: `${userName()} at ${hostname()}`,
      runProgram,
      inTemporaryFolder,
      interrupted,
    };
    return await runCli(process.argv.slice(2), context);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      process.stderr.write(`${error.message}\n`);
      return cliExitCodes.configuration;
    }
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${redactor(secretsIn(process.env))(said)}\n`);
    return cliExitCodes.bug;
  }
}

const terminal: Terminal = {
  answer: (text) => void process.stdout.write(text),
  tell: (text) => void process.stderr.write(`${text}\n`),
  overwrite: (text) => void process.stderr.write(`\r\x1b[K${text}`),
  redraw: (text) => void process.stdout.write(`\x1b[H\x1b[2J${text}`),
  canRedraw: process.stdout.isTTY === true,
  isLive: process.stderr.isTTY === true,
  canAsk: process.stdin.isTTY === true,
  async ask(question) {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  },
};

/** The one file is called by the name that it was given, on PATH or not. */
function bundleName(path = ''): string {
  const name = basename(path);
  if (!/^[\w.-]+$/.test(name)) return 'staffprobot';
  return name.endsWith('.mjs') ? `node ${name}` : name;
}

/** The user of a container may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown user';
  }
}

const runProgram: RunProgram = (program, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });

function interrupted(): AbortSignal {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());
  return interruption.signal;
}

const inTemporaryFolder: InTemporaryFolder = async (use) => {
  const folder = await mkdtemp(join(tmpdir(), 'staffprobot-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

// Not process.exit: output may still be on its way to a pipe.
process.exitCode = await main();

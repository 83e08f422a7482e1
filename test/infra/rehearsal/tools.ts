/**
 * What the rehearsal needs beyond Node, kept in `node_modules/.cache`: Python's moto server with the AWS command line,
 * and Lambda's own runtime interface client, which is compiled when it is installed.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const cache = join(root, 'node_modules/.cache/staffprobot-rehearsal');
const venv = join(cache, 'python');
const pythonPackages = ['moto[server]==5.2.5', 'awscli'];
const runtimeClientPackage = 'aws-lambda-ric@4.0.2';

export interface Tools {
  readonly python: string;
  readonly aws: string;
  readonly cdk: string;
  readonly runtimeClient: string;
}

/** Something cannot be had here; the message says what, in one line. */
export class ToolMissingError extends Error {
  readonly code = 'TOOL_MISSING';
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onStart?: (child: ChildProcess) => void;
}

const outputBytesMax = 64 * 1024 * 1024;

/** Runs a program to its end; standard output and error are one text. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { cwd = root, env = process.env } = options;
  return new Promise((resolve) => {
    const settings = { cwd, env: { ...env }, maxBuffer: outputBytesMax };
    const child = execFile(program, [...args], settings, (error, stdout, stderr) => {
      const code = error === null ? 0 : child.exitCode;
      resolve({ code, output: `${stdout}${stderr}${error !== null && code === null ? error.message : ''}` });
    });
    options.onStart?.(child);
  });
}

export async function installTools(): Promise<Tools> {
  mkdirSync(cache, { recursive: true });
  await Promise.all([installPython(), installRuntimeClient()]);
  return {
    python: join(venv, 'bin/python'),
    aws: join(venv, 'bin/aws'),
    cdk: join(root, 'node_modules/aws-cdk/bin/cdk'),
    runtimeClient: join(runtimeClientFolder(), 'index.mjs'),
  };
}

/** This Node first: what is compiled or started by name is for it. */
export const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);

async function installPython(): Promise<void> {
  if (existsSync(join(venv, 'bin/moto_server')) && existsSync(join(venv, 'bin/aws'))) return;
  await need('a Python environment', 'python3', ['-m', 'venv', venv]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pythonPackages];
  await need("Python's moto server", join(venv, 'bin/python'), pip);
}

async function installRuntimeClient(): Promise<void> {
  if (existsSync(join(runtimeClientFolder(), 'rapid-client.node'))) return;
  const folder = join(cache, 'runtime-client');
  mkdirSync(folder, { recursive: true });
  const description = { private: true, allowScripts: { 'aws-lambda-ric': true } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(description));
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', runtimeClientPackage];
  await need("Lambda's runtime interface client (it takes gcc and cmake)", 'npm', args, folder);
}

function runtimeClientFolder(): string {
  return join(cache, 'runtime-client/node_modules/aws-lambda-ric');
}

async function need(what: string, program: string, args: readonly string[], cwd = root): Promise<void> {
  const { code, output } = await run(program, args, { cwd, env: { ...process.env, PATH: path } });
  if (code === 0) return;
  const line = output.trim().split('\n').at(-1) ?? '';
  throw new ToolMissingError(`${what} cannot be installed here: ${line}`);
}

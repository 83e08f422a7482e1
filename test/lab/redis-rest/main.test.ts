/** The lab's Redis REST server as a process: how it starts, what it refuses, and that it leaves nothing behind. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { realTool } from '../../support/real-tools.ts';

const mainPath = fileURLToPath(new URL('../../../services/lab/redis-rest/main.ts', import.meta.url));
const waitOptions = { timeout: 30_000, interval: 20 };
const modes = [
  ['with the embedded store', ['--embedded']],
  ...(realTool('redis-server') === undefined ? [] : [['with a real redis-server', []] as const]),
] as const;

interface Run {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
}

let temporary: string;
let children: ChildProcess[];

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'redis-rest-test-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await vi.waitFor(async () => expect(await readdir(temporary)).toEqual([]), waitOptions);
  await rm(temporary, { recursive: true });
});

function run(args: readonly string[], stdin: 'pipe' | 'ignore' | number = 'ignore'): Run {
  const child = spawn(process.execPath, [mainPath, ...args], {
    stdio: [stdin, 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  children.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (piece) => {
    output.stdout += String(piece);
  });
  child.stderr?.on('data', (piece) => {
    output.stderr += String(piece);
  });
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  return { child, output, exited };
}

/** A pipe whose writer has gone, as the standard input of a process: it ends before the process begins. */
function closedPipe(): number {
  const path = join(temporary, 'pipe');
  execFileSync('mkfifo', [path]);
  const end = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  closeSync(openSync(path, 'w'));
  rmSync(path);
  return end;
}

async function ready({ output }: Run): Promise<string> {
  return vi.waitFor(() => {
    const url = /^ready (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(output.stdout)?.[1];
    if (url === undefined) throw new Error(`not ready: ${output.stdout}${output.stderr}`);
    return url;
  }, waitOptions);
}

async function command(url: string, words: readonly string[], token = 'token-a'): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(words),
  });
  return ((await answer.json()) as { result?: unknown }).result;
}

async function redisPid(url: string): Promise<number> {
  const info = String(await command(url, ['INFO', 'server']));
  return Number(/process_id:(\d+)/.exec(info)?.[1]);
}

async function isGone(pid: number): Promise<void> {
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(/ESRCH/), waitOptions);
}

describe.each(modes)('the Redis REST process %s', (_name, mode) => {
  const args = ['--port', '0', '--token', 'token-a', '--token=token-b', ...mode];

  it('accepts every given token', async () => {
    const server = run(args);
    const url = await ready(server);
    expect(await command(url, ['SET', 'k', 'v'])).toBe('OK');
    expect(await command(url, ['GET', 'k'], 'token-b')).toBe('v');
    expect(await command(url, ['GET', 'k'], 'token-c')).toBeUndefined();
    server.child.kill('SIGTERM');
    await server.exited;
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends cleanly on %s, open streams or not',
    async (signal) => {
      const server = run(args);
      const url = await ready(server);
      const stream = await fetch(`${url}/subscribe/c`, { headers: { authorization: 'Bearer token-a' } });
      server.child.kill(signal);
      expect(await server.exited).toEqual({ code: 0, signal: null });
      expect(server.output.stderr).toBe('');
      await expect(stream.text()).rejects.toThrow();
      expect(await readdir(temporary)).toEqual([]);
    },
  );

  it('ends when the pipe to its standard input is closed', async () => {
    const server = run(args, 'pipe');
    await ready(server);
    server.child.stdin?.end();
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(await readdir(temporary)).toEqual([]);
  });

  it.each(['ignore', 'pipe'] as const)(
    'keeps running if it never had a standard input (%s)',
    async (stdin) => {
      const input = stdin === 'pipe' ? closedPipe() : undefined;
      const server = run(args, input);
      if (input !== undefined) closeSync(input);
      const url = await ready(server);
      for (let n = 0; n < 20; n += 1) expect(await command(url, ['PING'])).toBe('PONG');
      server.child.kill('SIGTERM');
      await server.exited;
    },
  );

  it('names a busy port in one line', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const server = run(['--port', String(port), '--token', 'token-a', ...mode]);
    expect(await server.exited).toEqual({ code: 78, signal: null });
    expect(server.output.stderr).toMatch(new RegExp(`^--port: .*\\b${port}\\b.*in use.*\\n$`));
    expect(server.output.stdout).toBe('');
    expect(await readdir(temporary)).toEqual([]);
    blocker.close();
  });
});

describe.skipIf(realTool('redis-server') === undefined)('the redis-server of the Redis REST process', () => {
  const args = ['--port', '0', '--token', 'token-a'];

  it.each(['SIGTERM', 'SIGKILL'] as const)('ends with its parent on %s', async (signal) => {
    const server = run(args);
    const pid = await redisPid(await ready(server));
    server.child.kill(signal);
    await server.exited;
    await isGone(pid);
  });

  it('ends its parent if it is lost', async () => {
    const server = run(args);
    process.kill(await redisPid(await ready(server)), 'SIGKILL');
    expect(await server.exited).toEqual({ code: 69, signal: null });
    expect(server.output.stderr).toBe('redis-server ended unexpectedly\n');
  });
});

describe('the arguments of the Redis REST process', () => {
  it.each([
    [[], [/^--port: .*got none; add/, /^--token: .*got none; add/]],
    [['--port', '8079'], [/^--token: .*got none; add/]],
    [['--port', 'secret', '--token', 't'], [/^--port: .*from 0 to 65535, got something else; /]],
    [['--port', '65536', '--token', 't'], [/^--port: .*got 65536; /]],
    [['--port', '--token', 't'], [/^--port: .*got no value; /]],
    [['--port', '1', '--port', '2', '--token', 't'], [/^--port: .*got 2; keep one/]],
    [['--port', '0', '--token'], [/^--token: .*no value as number 1/]],
    [['--port', '0', '--token='], [/^--token: .*no value as number 1/]],
    [['--port', '0', '--token', 'with space'], [/^--token: .*other characters as number 1/]],
    [['--port', '0', '--token', '--embedded'], [/^--token: .*no value/]],
    [['--port', '0', '--token', 't', '--nope'], [/^--nope: .*an unknown option; remove it/]],
    [['--port', '0', '--token', 't', 'loose-secret'], [/^argument 5: .*a stray word; remove it/]],
  ])('%j: one line each, exit 78', async (args, lines) => {
    const server = run(args);
    expect(await server.exited).toEqual({ code: 78, signal: null });
    const written = server.output.stderr.trimEnd().split('\n');
    expect(written).toHaveLength(lines.length);
    for (const [index, line] of lines.entries()) expect(written[index]).toMatch(line);
    expect(server.output.stderr).not.toMatch(/secret|with space/);
    expect(server.output.stdout).toBe('');
  });
});

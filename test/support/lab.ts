/** The lab as a process of its own, as `npm start` runs it, on free ports. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import type { ApiState } from '../../services/lab/control-room/api.ts';
import type { BotState } from '../../services/lab/telegram-emulator/state.ts';
import { type Launched, launch, type RunResult } from './child.ts';

export interface LabProcess {
  readonly url: string;
  readonly child: ChildProcess;
  state(): Promise<ApiState>;
  /** The first state that matches. Waiting for the end of a drill needs more than the default time. */
  waitFor(
    fits: (state: ApiState) => boolean,
    what: string,
    patience?: { readonly withinMs: number },
  ): Promise<ApiState>;
  /** The Bot API server's own state of the lab's bot. */
  telegram(): Promise<BotState>;
  /** Any other answer of the Bot API server: `GET /emulator/<path>`. */
  emulator<Result>(path: string): Promise<Result>;
  /** One command to the store itself. */
  store(...command: readonly string[]): Promise<unknown>;
  post(path: string, body: unknown): Promise<Readonly<Record<string, unknown>>>;
  /** Ends it by SIGTERM and returns its whole output. */
  stop(): Promise<RunResult>;
}

const program = fileURLToPath(new URL('../../services/lab/main.ts', import.meta.url));
const patienceMs = 50_000;

export interface LabStart {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Like npm: the child is a shell, and the lab is the shell's child. */
  readonly throughShell?: boolean;
}

/** Starts the lab and waits for its end: for starts that fail. */
export async function runLab(start: LabStart = {}): Promise<RunResult> {
  return launchLab(start).finished;
}

export async function startLab(start: LabStart = {}): Promise<LabProcess> {
  const { child, said, finished } = launchLab(start);
  let stopAsked = false;
  void finished.then((end) => {
    if (stopAsked || child.killed) return;
    process.stderr.write(`the lab ended unasked: ${JSON.stringify({ ...end, signal: child.signalCode })}\n`);
  });
  const url = await vi.waitUntil(
    () => {
      if (child.exitCode !== null) throw new Error(`the lab did not come up: ${JSON.stringify(said)}`);
      return /^ready (\S+)\n/.exec(said.stdout)?.[1];
    },
    { timeout: patienceMs, interval: 50 },
  );
  const state = async (): Promise<ApiState> => (await (await fetch(`${url}/api/state`)).json()) as ApiState;
  const { urls } = await state();
  const emulator = <Result>(path: string): Promise<Result> =>
    resultOf(fetch(`${urls.telegram}/emulator/${path}`));
  return {
    url,
    child,
    state,
    async waitFor(fits, what, { withinMs } = { withinMs: patienceMs }) {
      let last: ApiState | undefined;
      try {
        return await vi.waitUntil(
          async () => {
            last = await state();
            return fits(last) ? last : undefined;
          },
          { timeout: withinMs, interval: 100 },
        );
      } catch (cause) {
        throw new Error(`not seen: ${what}; the last state: ${JSON.stringify(last)}`, { cause });
      }
    },
    emulator,
    telegram: () => emulator(`state?token=${urls.botToken}&messages=10000`),
    store(...command) {
      const headers = { authorization: `Bearer ${urls.redisToken}` };
      return resultOf(fetch(urls.redisRest, { method: 'POST', headers, body: JSON.stringify(command) }));
    },
    async post(path, body) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await response.json()) as Readonly<Record<string, unknown>>;
    },
    async stop() {
      stopAsked = true;
      child.kill('SIGTERM');
      return finished;
    },
  };
}

async function resultOf<Result>(answering: Promise<Response>): Promise<Result> {
  return ((await (await answering).json()) as { result: Result }).result;
}

export function launchLab({ args = [], environment = {}, throughShell = false }: LabStart): Launched {
  const command = [process.execPath, program, ...args];
  // The `exit` keeps the shell from replacing itself with the command.
  const [executable = '', ...words] = throughShell
    ? ['/bin/sh', '-c', '"$@"; exit', 'sh', ...command]
    : command;
  return launch(executable, words, { env: { ...process.env, LAB_PORT: '0', ...environment } });
}

/** Every process of a lab except its own. */
export function pidsOf({ workers, queue }: ApiState): number[] {
  return [...workers, ...(queue?.consumers ?? [])]
    .flatMap(({ pid, sidecarPid }) => [pid, sidecarPid])
    .filter((pid) => pid !== null);
}

/** A zombie (ended, but not yet reaped by its parent) is not alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return !existsSync('/proc/self/stat');
  }
}

/** A person at the command line, in the test's process: what they type, and what they see. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeOps } from '../../functions/release-lock/handler.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import type { CliContext, RunProgram } from '../../services/cli/context.ts';
import { runCli } from '../../services/cli/run.ts';
import type { Environment } from '../../services/core/settings/variable-reader.ts';
import type { FunctionFixture } from '../support/function-fixture.ts';

export interface Typed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly questions: readonly string[];
  /** The answer of `--json`. */
  json(): Record<string, unknown>;
}

export interface KeyboardOptions {
  readonly environment: Environment;
  /** What the person answers. Undefined: there is no terminal. */
  readonly reply?: string;
  /** Happens while the person reads the question, before the answer. */
  readonly meanwhile?: (question: string) => Promise<unknown>;
  readonly isLive?: boolean;
  readonly runProgram?: RunProgram;
  readonly program?: string;
  /** Aborts when the person presses Ctrl-C. */
  readonly interrupt?: AbortSignal;
  readonly canRedraw?: boolean;
  /** Called with everything that is written to stdout. */
  readonly onAnswer?: (text: string) => void;
}

/** Runs `release-lock --yes`: arguments are separated by blanks. */
export async function type(line: string, options: KeyboardOptions): Promise<Typed> {
  let [out, err] = ['', ''];
  const questions: string[] = [];
  const context: CliContext = {
    program: options.program ?? 'npx staffprobot',
    environment: options.environment,
    clock: systemClock,
    random: systemRandom,
    requester: 'anna at laptop',
    runProgram: options.runProgram ?? (async () => undefined),
    inTemporaryFolder: async (use) => {
      const folder = await mkdtemp(join(tmpdir(), 'staffprobot-test-'));
      try {
        return await use(folder);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    interrupted: () => options.interrupt ?? AbortSignal.abort(),
    terminal: {
      isLive: options.isLive ?? false,
      canAsk: options.reply !== undefined,
      answer: (text) => {
        out += text;
        options.onAnswer?.(text);
      },
      canRedraw: options.canRedraw ?? false,
      redraw: (text) => {
        out += `\f${text}`;
        options.onAnswer?.(text);
      },
      tell: (text) => {
        err += `${text}\n`;
      },
      overwrite: (text) => {
        err += `\r${text}`;
      },
      async ask(question) {
        questions.push(question);
        await options.meanwhile?.(question);
        return options.reply ?? '';
      },
    },
  };
  const code = await runCli(line.split(' ').filter(Boolean), context);
  return { code, out, err, questions, json: () => JSON.parse(out) as Record<string, unknown> };
}

/** The AWS command line as far as it matters: takes the payload's file, invokes the function, writes the answer's. */
export function fakeAws(stage: FunctionFixture): RunProgram & { readonly calls: string[][] } {
  const calls: string[][] = [];
  const run: RunProgram = async (program, args) => {
    calls.push([program, ...args]);
    const payload = (args[args.indexOf('--payload') + 1] ?? '').replace('fileb://', '');
    const answer = await composeOps(
      stage.environment(),
      stage.seams,
    )(JSON.parse(await readFile(payload, 'utf8')));
    await writeFile(args.at(-1) ?? '', JSON.stringify(answer));
    return { code: 0, stdout: '{"StatusCode": 200, "ExecutedVersion": "$LATEST"}', stderr: '' };
  };
  return Object.assign(run, { calls });
}

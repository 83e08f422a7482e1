/** The embedded store behind the adapters' ports, on a clock that the test moves. */
import type { CommandRunner } from '../../services/adapters/redis/inbox/inbox-store.ts';
import type { ScriptReply, ScriptRunner } from '../../services/adapters/redis/lua-scripts.ts';
import { StoreRefusedError } from '../../services/core/platform/store-errors.ts';
import {
  createEmbeddedStore,
  RedisError,
  type Reply,
  StatusReply,
} from '../../services/lab/redis-rest/embedded-store.ts';

export interface EmbeddedRunner extends ScriptRunner, CommandRunner {
  /** The names of the scripts and commands that were run, in order. */
  readonly ran: string[];
  /** The store's clock. */
  nowMs: number;
  /** Every call fails with this error while it is set. */
  failure: Error | undefined;
  /** Runs once, after the next script of that name: another process acts between two scripts. */
  afterNext: { readonly script: string; readonly act: () => Promise<unknown> } | undefined;
}

/** 2026-03-01T03:00:00Z. */
const nightMs = Date.UTC(2026, 2, 1, 3);

export async function embeddedRunner(): Promise<EmbeddedRunner> {
  const store = await createEmbeddedStore({ nowMs: () => runner.nowMs });
  const runner: EmbeddedRunner = {
    ran: [],
    nowMs: nightMs,
    failure: undefined,
    afterNext: undefined,
    async run({ name, source }, keys, args) {
      runner.ran.push(name);
      if (runner.failure) throw runner.failure;
      const reply = answerOf(name, () => store.runScript(source, keys, args));
      if (runner.afterNext?.script === name) {
        const { act } = runner.afterNext;
        runner.afterNext = undefined;
        await act();
      }
      return reply;
    },
    async command(args) {
      runner.ran.push(args[0]);
      if (runner.failure) throw runner.failure;
      return answerOf(args[0], () => store.execute(args));
    },
  };
  return runner;
}

function answerOf(name: string, ask: () => Reply): ScriptReply {
  try {
    return plain(ask());
  } catch (error) {
    throw error instanceof RedisError ? new StoreRefusedError(name, error.message) : error;
  }
}

function plain(reply: Reply): ScriptReply {
  if (reply instanceof StatusReply) return reply.text;
  if (reply instanceof Error) throw reply;
  return Array.isArray(reply) ? reply.map(plain) : (reply as ScriptReply);
}

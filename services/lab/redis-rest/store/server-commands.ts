/**
 * PING, ECHO, TIME, DBSIZE, FLUSHALL, FLUSHDB and PUBLISH.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import { argumentAt, type CommandContext, type CommandTable } from './command.ts';
import { ok, pong, RedisError, type Reply, syntaxError, wrongArity } from './reply.ts';

export const serverCommands: CommandTable = {
  ping: { arity: -1, run: ping },
  echo: { arity: 2, run: (_context, args) => argumentAt(args, 0) },
  time: { arity: 1, run: time },
  dbsize: { arity: 1, run: ({ keyspace }) => keyspace.size },
  flushall: { arity: -1, run: flush },
  flushdb: { arity: -1, run: flush },
  publish: { arity: 3, run: ({ pubsub }, args) => pubsub.publish(argumentAt(args, 0), argumentAt(args, 1)) },
};

function ping(_context: CommandContext, args: readonly Bytes[]): Reply {
  if (args.length > 1) throw new RedisError(wrongArity('ping'));
  return args[0] ?? pong;
}

function time(context: CommandContext): Reply {
  const micros = context.nowMicros();
  return [String(Math.floor(micros / 1_000_000)), String(micros % 1_000_000)];
}

function flush({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const mode = args[0]?.toLowerCase();
  if (args.length > 1 || (mode !== undefined && mode !== 'async' && mode !== 'sync')) {
    throw new RedisError(syntaxError);
  }
  keyspace.clear();
  return ok;
}

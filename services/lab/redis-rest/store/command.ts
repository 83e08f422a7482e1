/**
 * What a command of the embedded store is, and what it may touch.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import type { Keyspace } from './keyspace.ts';
import type { PubSub } from './pubsub.ts';
import type { Reply } from './reply.ts';
import type { Scripts } from './scripts.ts';

export interface CommandContext {
  readonly keyspace: Keyspace;
  readonly pubsub: PubSub;
  readonly scripts: Scripts;
  /** The time of TIME, in microseconds of the epoch. */
  nowMicros(): number;
}

export interface Command {
  /** As Redis counts: the command's name included; negative means "at least". */
  readonly arity: number;
  /** `args` are without the command's name. Throws a `RedisError`, or returns one. */
  run(context: CommandContext, args: readonly Bytes[]): Reply;
  /** Refused inside a script. */
  readonly notInScripts?: boolean;
}

export type CommandTable = Readonly<Record<string, Command>>;

export function arityFits(command: Command, length: number): boolean {
  return command.arity >= 0 ? length === command.arity : length >= -command.arity;
}

/** The argument at `index`; the arity check has shown that it exists. */
export function argumentAt(args: readonly Bytes[], index: number): Bytes {
  const argument = args[index];
  if (argument === undefined) throw new RangeError(`a command reads argument ${index} of ${args.length}`);
  return argument;
}

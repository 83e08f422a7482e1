/**
 * EVAL, EVALSHA and SCRIPT.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import { argumentAt, type CommandContext, type CommandTable } from './command.ts';
import type { ScriptInput } from './lua-vm.ts';
import { integerArgument } from './numbers.ts';
import { ok, RedisError, type Reply, wrongArity } from './reply.ts';
import type { Scripts } from './scripts.ts';

export const scriptCommands: CommandTable = {
  eval: {
    arity: -3,
    notInScripts: true,
    run: ({ scripts }, args) => {
      return scripts.run(argumentAt(args, 0), inputOf(args));
    },
  },
  evalsha: {
    arity: -3,
    notInScripts: true,
    run: ({ scripts }, args) => {
      return scripts.runKnown(argumentAt(args, 0), inputOf(args));
    },
  },
  script: { arity: -2, notInScripts: true, run: manageScripts },
};

function manageScripts({ scripts }: CommandContext, args: readonly Bytes[]): Reply {
  const word = argumentAt(args, 0);
  switch (word.toLowerCase()) {
    case 'load':
      if (args.length !== 2) throw new RedisError(wrongArity('script|load'));
      return scripts.remember(argumentAt(args, 1)).sha1;
    case 'exists':
      if (args.length < 2) throw new RedisError(wrongArity('script|exists'));
      return args.slice(1).map((sha1) => (scripts.knows(sha1) ? 1 : 0));
    case 'flush':
      return flushScripts(scripts, args);
    default:
      throw new RedisError(`ERR unknown subcommand '${word.slice(0, 128)}'. Try SCRIPT HELP.`);
  }
}

function flushScripts(scripts: Scripts, args: readonly Bytes[]): Reply {
  const mode = args[1]?.toLowerCase();
  if (args.length > 2 || (mode !== undefined && mode !== 'sync' && mode !== 'async')) {
    throw new RedisError('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
  }
  scripts.forgetAll();
  return ok;
}

/** `args`: the script or its digest, the number of keys, the keys, the rest. */
function inputOf(args: readonly Bytes[]): ScriptInput {
  const keyCount = integerArgument(argumentAt(args, 1));
  if (keyCount > args.length - 2)
    throw new RedisError("ERR Number of keys can't be greater than number of args");
  if (keyCount < 0) throw new RedisError("ERR Number of keys can't be negative");
  return { keys: args.slice(2, 2 + keyCount), args: args.slice(2 + keyCount), isTrusted: false };
}

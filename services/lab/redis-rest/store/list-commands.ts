/**
 * Lists. A list is removed with its last element. Pushing at the front costs the list's length.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import { argumentAt, type CommandContext, type CommandTable } from './command.ts';
import type { ListValue } from './keyspace.ts';
import { integerArgument } from './numbers.ts';
import { ok, RedisError, type Reply } from './reply.ts';

export const listCommands: CommandTable = {
  lpush: { arity: -3, run: (context, args) => push(context, args, 'left') },
  rpush: { arity: -3, run: (context, args) => push(context, args, 'right') },
  lrange: { arity: 4, run: range },
  ltrim: { arity: 4, run: trim },
  llen: { arity: 2, run: ({ keyspace }, args) => keyspace.getList(argumentAt(args, 0))?.items.length ?? 0 },
  lindex: { arity: 3, run: elementAt },
  lset: { arity: 4, run: setElement },
  lrem: { arity: 4, run: removeElements },
  lpop: { arity: -2, run: (context, args) => pop(context, args, 'left') },
  rpop: { arity: -2, run: (context, args) => pop(context, args, 'right') },
};

type End = 'left' | 'right';

function push({ keyspace }: CommandContext, args: readonly Bytes[], end: End): Reply {
  const key = argumentAt(args, 0);
  let list = keyspace.getList(key);
  if (list === undefined) {
    list = { type: 'list', items: [] };
    keyspace.set(key, list);
  }
  for (const element of args.slice(1)) {
    if (end === 'left') list.items.unshift(element);
    else list.items.push(element);
  }
  return list.items.length;
}

/** The half-open range for Redis's inclusive `start` and `stop` (negative: from the end). */
function bounds(args: readonly Bytes[], length: number): { from: number; to: number } {
  const start = integerArgument(argumentAt(args, 1));
  const stop = integerArgument(argumentAt(args, 2));
  const from = Math.max(0, start < 0 ? length + start : start);
  const to = Math.min(length, (stop < 0 ? length + stop : stop) + 1);
  return { from, to: Math.max(from, to) };
}

function range({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  bounds(args, 0);
  const items = keyspace.getList(argumentAt(args, 0))?.items ?? [];
  const { from, to } = bounds(args, items.length);
  return items.slice(from, to);
}

function trim({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const key = argumentAt(args, 0);
  bounds(args, 0);
  const list = keyspace.getList(key);
  if (list === undefined) return ok;
  const { from, to } = bounds(args, list.items.length);
  list.items = list.items.slice(from, to);
  dropIfEmpty({ keyspace }, key, list);
  return ok;
}

function elementAt({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const list = keyspace.getList(argumentAt(args, 0));
  if (list === undefined) return null;
  return list.items.at(integerArgument(argumentAt(args, 1))) ?? null;
}

function setElement({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const list = keyspace.getList(argumentAt(args, 0));
  if (list === undefined) throw new RedisError('ERR no such key');
  const index = integerArgument(argumentAt(args, 1));
  const position = index < 0 ? list.items.length + index : index;
  if (position < 0 || position >= list.items.length) throw new RedisError('ERR index out of range');
  list.items[position] = argumentAt(args, 2);
  return ok;
}

function removeElements({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const key = argumentAt(args, 0);
  const count = integerArgument(argumentAt(args, 1));
  const unwanted = argumentAt(args, 2);
  const list = keyspace.getList(key);
  if (list === undefined) return 0;
  const before = list.items.length;
  let left = count === 0 ? before : Math.abs(count);
  const ordered = count < 0 ? list.items.reverse() : list.items;
  const kept = ordered.filter((element) => {
    if (element !== unwanted || left === 0) return true;
    left -= 1;
    return false;
  });
  list.items = count < 0 ? kept.reverse() : kept;
  dropIfEmpty({ keyspace }, key, list);
  return before - kept.length;
}

function pop({ keyspace }: CommandContext, args: readonly Bytes[], end: End): Reply {
  if (args.length > 2) {
    throw new RedisError(`ERR wrong number of arguments for '${end === 'left' ? 'lpop' : 'rpop'}' command`);
  }
  const key = argumentAt(args, 0);
  const count = args[1] === undefined ? undefined : popCount(args[1]);
  const list = keyspace.getList(key);
  if (list === undefined) return null;
  const wanted = Math.min(count ?? 1, list.items.length);
  const popped =
    end === 'left'
      ? list.items.splice(0, wanted)
      : list.items.splice(list.items.length - wanted, wanted).reverse();
  dropIfEmpty({ keyspace }, key, list);
  return count === undefined ? (popped[0] ?? null) : popped;
}

function popCount(text: Bytes): number {
  const count = Number(/^-?[0-9]{1,19}$/.test(text) ? text : -1);
  if (count < 0) throw new RedisError('ERR value is out of range, must be positive');
  return count;
}

function dropIfEmpty({ keyspace }: Pick<CommandContext, 'keyspace'>, key: Bytes, list: ListValue): void {
  if (list.items.length === 0) keyspace.delete(key);
}

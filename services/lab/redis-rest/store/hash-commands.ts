/**
 * Hashes. A hash is removed with its last field. Fields are listed in the order in which they were added.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import { argumentAt, type CommandContext, type CommandTable } from './command.ts';
import type { HashValue } from './keyspace.ts';
import { addIntegers, integerArgument, readInteger } from './numbers.ts';
import { ok, RedisError, type Reply, wrongArity } from './reply.ts';

export const hashCommands: CommandTable = {
  hset: { arity: -4, run: (context, args) => setFields(context, args, 'hset') },
  hmset: {
    arity: -4,
    run: (context, args) => {
      setFields(context, args, 'hmset');
      return ok;
    },
  },
  hsetnx: { arity: 4, run: setFieldIfAbsent },
  hget: {
    arity: 3,
    run: ({ keyspace }, args) =>
      keyspace.getHash(argumentAt(args, 0))?.fields.get(argumentAt(args, 1)) ?? null,
  },
  hmget: { arity: -3, run: getFields },
  hgetall: {
    arity: 2,
    run: ({ keyspace }, args) => [...fieldsOf(keyspace.getHash(argumentAt(args, 0)))].flat(),
  },
  hdel: { arity: -3, run: deleteFields },
  hexists: {
    arity: 3,
    run: ({ keyspace }, args) =>
      fieldsOf(keyspace.getHash(argumentAt(args, 0))).has(argumentAt(args, 1)) ? 1 : 0,
  },
  hlen: { arity: 2, run: ({ keyspace }, args) => fieldsOf(keyspace.getHash(argumentAt(args, 0))).size },
  hkeys: {
    arity: 2,
    run: ({ keyspace }, args) => [...fieldsOf(keyspace.getHash(argumentAt(args, 0))).keys()],
  },
  hvals: {
    arity: 2,
    run: ({ keyspace }, args) => [...fieldsOf(keyspace.getHash(argumentAt(args, 0))).values()],
  },
  hincrby: { arity: 4, run: incrementField },
};

const noFields: ReadonlyMap<Bytes, Bytes> = new Map();

function fieldsOf(hash: HashValue | undefined): ReadonlyMap<Bytes, Bytes> {
  return hash?.fields ?? noFields;
}

function hashForWriting({ keyspace }: CommandContext, key: Bytes): HashValue {
  const present = keyspace.getHash(key);
  if (present !== undefined) return present;
  const hash: HashValue = { type: 'hash', fields: new Map() };
  keyspace.set(key, hash);
  return hash;
}

function setFields(context: CommandContext, args: readonly Bytes[], name: string): Reply {
  if (args.length % 2 === 0) throw new RedisError(wrongArity(name));
  const { fields } = hashForWriting(context, argumentAt(args, 0));
  const before = fields.size;
  for (let at = 1; at < args.length; at += 2) fields.set(argumentAt(args, at), argumentAt(args, at + 1));
  return fields.size - before;
}

function setFieldIfAbsent(context: CommandContext, args: readonly Bytes[]): Reply {
  const { fields } = hashForWriting(context, argumentAt(args, 0));
  const field = argumentAt(args, 1);
  if (fields.has(field)) return 0;
  fields.set(field, argumentAt(args, 2));
  return 1;
}

function getFields({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const fields = fieldsOf(keyspace.getHash(argumentAt(args, 0)));
  return args.slice(1).map((field) => fields.get(field) ?? null);
}

function deleteFields({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const key = argumentAt(args, 0);
  const hash = keyspace.getHash(key);
  if (hash === undefined) return 0;
  let deleted = 0;
  for (const field of args.slice(1)) if (hash.fields.delete(field)) deleted += 1;
  if (hash.fields.size === 0) keyspace.delete(key);
  return deleted;
}

function incrementField(context: CommandContext, args: readonly Bytes[]): Reply {
  const deltaText = argumentAt(args, 2);
  integerArgument(deltaText);
  const key = argumentAt(args, 0);
  const field = argumentAt(args, 1);
  const before = readInteger(fieldsOf(context.keyspace.getHash(key)).get(field) ?? '0');
  if (before === undefined) throw new RedisError('ERR hash value is not an integer');
  const after = addIntegers(before, readInteger(deltaText) ?? 0);
  hashForWriting(context, key).fields.set(field, after);
  return Number(after);
}

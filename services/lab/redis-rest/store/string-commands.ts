/**
 * Strings: SET with all its options, GET and its relatives, counters.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import { argumentAt, type CommandContext, type CommandTable } from './command.ts';
import { type ExpiryUnit, expiryFromNow, expiryUnits } from './expiry.ts';
import type { StringValue } from './keyspace.ts';
import { addIntegers, integerArgument, readInteger } from './numbers.ts';
import { notAnInteger, ok, RedisError, type Reply, syntaxError, wrongArity } from './reply.ts';

export const stringCommands: CommandTable = {
  set: { arity: -3, run: set },
  get: { arity: 2, run: ({ keyspace }, args) => keyspace.getString(argumentAt(args, 0))?.text ?? null },
  mget: { arity: -2, run: multiGet },
  mset: { arity: -3, run: multiSet },
  setnx: { arity: 3, run: setIfAbsent },
  setex: { arity: 4, run: (context, args) => setWithTtl(context, args, 'ex', 'setex') },
  psetex: { arity: 4, run: (context, args) => setWithTtl(context, args, 'px', 'psetex') },
  getset: { arity: 3, run: getSet },
  getdel: { arity: 2, run: getDelete },
  getex: { arity: -2, run: getAndExpire },
  strlen: {
    arity: 2,
    run: ({ keyspace }, args) => keyspace.getString(argumentAt(args, 0))?.text.length ?? 0,
  },
  append: { arity: 3, run: append },
  incr: { arity: 2, run: (context, args) => increment(context, argumentAt(args, 0), 1) },
  decr: { arity: 2, run: (context, args) => increment(context, argumentAt(args, 0), -1) },
  incrby: { arity: 3, run: incrementBy },
  decrby: { arity: 3, run: decrementBy },
};

interface SetOptions {
  condition?: 'nx' | 'xx';
  get: boolean;
  keepTtl: boolean;
  unit?: ExpiryUnit;
  amount?: Bytes;
}

function parseSetOptions(args: readonly Bytes[]): SetOptions {
  const options: SetOptions = { get: false, keepTtl: false };
  for (let at = 2; at < args.length; at += 1) {
    const word = argumentAt(args, at).toLowerCase();
    const unit = expiryUnits.find((candidate) => candidate === word);
    if ((word === 'nx' || word === 'xx') && (options.condition ?? word) === word) {
      options.condition = word;
    } else if (word === 'get') {
      options.get = true;
    } else if (word === 'keepttl' && options.unit === undefined) {
      options.keepTtl = true;
    } else if (
      unit !== undefined &&
      (options.unit ?? unit) === unit &&
      !options.keepTtl &&
      at + 1 < args.length
    ) {
      at += 1;
      options.unit = unit;
      options.amount = argumentAt(args, at);
    } else {
      throw new RedisError(syntaxError);
    }
  }
  return options;
}

function set({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const key = argumentAt(args, 0);
  const value: StringValue = { type: 'string', text: argumentAt(args, 1) };
  if (args.length === 2) {
    keyspace.set(key, value);
    return ok;
  }
  const options = parseSetOptions(args);
  const expiresAtMs =
    options.unit === undefined || options.amount === undefined
      ? undefined
      : expiryFromNow(options.unit, options.amount, keyspace.nowMs, 'set');
  const before = options.get ? (keyspace.getString(key)?.text ?? null) : undefined;
  const present = keyspace.get(key) !== undefined;
  const refused = (options.condition === 'nx' && present) || (options.condition === 'xx' && !present);
  if (!refused)
    keyspace.set(key, value, expiresAtMs ?? (options.keepTtl ? keyspace.expiryMs(key) : undefined));
  if (before !== undefined) return before;
  return refused ? null : ok;
}

function multiGet({ keyspace }: CommandContext, keys: readonly Bytes[]): Reply {
  return keys.map((key) => {
    const value = keyspace.get(key);
    return value?.type === 'string' ? value.text : null;
  });
}

function multiSet({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  if (args.length % 2 !== 0) throw new RedisError(wrongArity('mset'));
  for (let at = 0; at < args.length; at += 2) {
    keyspace.set(argumentAt(args, at), { type: 'string', text: argumentAt(args, at + 1) });
  }
  return ok;
}

function setIfAbsent({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const key = argumentAt(args, 0);
  if (keyspace.get(key) !== undefined) return 0;
  keyspace.set(key, { type: 'string', text: argumentAt(args, 1) });
  return 1;
}

function setWithTtl(
  { keyspace }: CommandContext,
  args: readonly Bytes[],
  unit: ExpiryUnit,
  name: string,
): Reply {
  const expiresAtMs = expiryFromNow(unit, argumentAt(args, 1), keyspace.nowMs, name);
  keyspace.set(argumentAt(args, 0), { type: 'string', text: argumentAt(args, 2) }, expiresAtMs);
  return ok;
}

function getSet({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const key = argumentAt(args, 0);
  const before = keyspace.getString(key)?.text ?? null;
  keyspace.set(key, { type: 'string', text: argumentAt(args, 1) });
  return before;
}

function getDelete({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const key = argumentAt(args, 0);
  const before = keyspace.getString(key)?.text ?? null;
  keyspace.delete(key);
  return before;
}

function getAndExpire({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const key = argumentAt(args, 0);
  const word = args[1]?.toLowerCase();
  const unit = expiryUnits.find((candidate) => candidate === word);
  if (args.length > 3 || (args.length === 3 && unit === undefined)) throw new RedisError(syntaxError);
  if (args.length === 2 && word !== 'persist') throw new RedisError(syntaxError);
  const value = keyspace.getString(key);
  if (value === undefined) return null;
  if (word === 'persist') keyspace.setExpiryMs(key, Number.POSITIVE_INFINITY);
  if (unit !== undefined) {
    const expiresAtMs = expiryFromNow(unit, argumentAt(args, 2), keyspace.nowMs, 'getex');
    if (expiresAtMs <= keyspace.nowMs) keyspace.delete(key);
    else keyspace.setExpiryMs(key, expiresAtMs);
  }
  return value.text;
}

function append({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const key = argumentAt(args, 0);
  const value = keyspace.getString(key);
  if (value === undefined) {
    const text = argumentAt(args, 1);
    keyspace.set(key, { type: 'string', text });
    return text.length;
  }
  value.text += argumentAt(args, 1);
  return value.text.length;
}

function increment({ keyspace }: CommandContext, key: Bytes, delta: bigint | number): Reply {
  const value = keyspace.getString(key);
  const before = value === undefined ? 0 : readInteger(value.text);
  if (before === undefined) throw new RedisError(notAnInteger);
  const text = addIntegers(before, delta);
  if (value === undefined) keyspace.set(key, { type: 'string', text });
  else value.text = text;
  return Number(text);
}

function incrementBy(context: CommandContext, args: readonly Bytes[]): Reply {
  const delta = readInteger(argumentAt(args, 1));
  if (delta === undefined) throw new RedisError(notAnInteger);
  return increment(context, argumentAt(args, 0), delta);
}

function decrementBy(context: CommandContext, args: readonly Bytes[]): Reply {
  const text = argumentAt(args, 1);
  integerArgument(text);
  if (text === '-9223372036854775808') throw new RedisError('ERR decrement would overflow');
  return increment(context, argumentAt(args, 0), -BigInt(text));
}

/**
 * Keys of any type: existence, expiry, listing.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import { argumentAt, type CommandContext, type CommandTable } from './command.ts';
import { type ExpiryUnit, expiryTimeMs } from './expiry.ts';
import { globMatcher } from './glob.ts';
import { integerArgument } from './numbers.ts';
import { RedisError, type Reply, StatusReply, syntaxError } from './reply.ts';

export const keyCommands: CommandTable = {
  del: { arity: -2, run: deleteKeys },
  unlink: { arity: -2, run: deleteKeys },
  exists: {
    arity: -2,
    run: ({ keyspace }, keys) => keys.filter((key) => keyspace.get(key) !== undefined).length,
  },
  type: {
    arity: 2,
    run: ({ keyspace }, args) => new StatusReply(keyspace.get(argumentAt(args, 0))?.type ?? 'none'),
  },
  expire: { arity: -3, run: (context, args) => expire(context, args, 'ex', 'expire') },
  pexpire: { arity: -3, run: (context, args) => expire(context, args, 'px', 'pexpire') },
  expireat: { arity: -3, run: (context, args) => expire(context, args, 'exat', 'expireat') },
  pexpireat: { arity: -3, run: (context, args) => expire(context, args, 'pxat', 'pexpireat') },
  ttl: { arity: 2, run: (context, args) => timeLeft(context, args, (ms) => Math.floor((ms + 500) / 1000)) },
  pttl: { arity: 2, run: (context, args) => timeLeft(context, args, (ms) => ms) },
  expiretime: {
    arity: 2,
    run: (context, args) => expiryTime(context, args, (ms) => Math.floor((ms + 500) / 1000)),
  },
  pexpiretime: { arity: 2, run: (context, args) => expiryTime(context, args, (ms) => ms) },
  persist: { arity: 2, run: persist },
  keys: { arity: 2, run: ({ keyspace }, args) => keyspace.keys().filter(globMatcher(argumentAt(args, 0))) },
  scan: { arity: -2, run: scan },
};

function deleteKeys({ keyspace }: CommandContext, keys: readonly Bytes[]): Reply {
  let deleted = 0;
  for (const key of keys) if (keyspace.delete(key)) deleted += 1;
  return deleted;
}

type ExpireCondition = 'nx' | 'xx' | 'gt' | 'lt';

function parseExpireConditions(words: readonly Bytes[]): ReadonlySet<ExpireCondition> {
  const conditions = new Set<ExpireCondition>();
  for (const word of words) {
    const condition = word.toLowerCase();
    if (condition !== 'nx' && condition !== 'xx' && condition !== 'gt' && condition !== 'lt') {
      throw new RedisError(`ERR Unsupported option ${word}`);
    }
    conditions.add(condition);
  }
  if (conditions.has('nx') && conditions.size > 1) {
    throw new RedisError('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (conditions.has('gt') && conditions.has('lt')) {
    throw new RedisError('ERR GT and LT options at the same time are not compatible');
  }
  return conditions;
}

function expire({ keyspace }: CommandContext, args: readonly Bytes[], unit: ExpiryUnit, name: string): Reply {
  const conditions = parseExpireConditions(args.slice(2));
  const key = argumentAt(args, 0);
  const expiresAtMs = expiryTimeMs(unit, argumentAt(args, 1), keyspace.nowMs, name);
  const before = keyspace.expiryMs(key);
  if (before === undefined) return 0;
  const permanent = before === Number.POSITIVE_INFINITY;
  if (conditions.has('nx') && !permanent) return 0;
  if (conditions.has('xx') && permanent) return 0;
  if (conditions.has('gt') && expiresAtMs <= before) return 0;
  if (conditions.has('lt') && expiresAtMs >= before) return 0;
  if (expiresAtMs <= keyspace.nowMs) keyspace.delete(key);
  else keyspace.setExpiryMs(key, expiresAtMs);
  return 1;
}

function timeLeft(
  { keyspace }: CommandContext,
  args: readonly Bytes[],
  inUnit: (ms: number) => number,
): Reply {
  const expiresAtMs = keyspace.expiryMs(argumentAt(args, 0));
  if (expiresAtMs === undefined) return -2;
  return expiresAtMs === Number.POSITIVE_INFINITY ? -1 : inUnit(expiresAtMs - keyspace.nowMs);
}

function expiryTime(
  { keyspace }: CommandContext,
  args: readonly Bytes[],
  inUnit: (ms: number) => number,
): Reply {
  const expiresAtMs = keyspace.expiryMs(argumentAt(args, 0));
  if (expiresAtMs === undefined) return -2;
  return expiresAtMs === Number.POSITIVE_INFINITY ? -1 : inUnit(expiresAtMs);
}

function persist({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const key = argumentAt(args, 0);
  const expiresAtMs = keyspace.expiryMs(key);
  if (expiresAtMs === undefined || expiresAtMs === Number.POSITIVE_INFINITY) return 0;
  keyspace.setExpiryMs(key, Number.POSITIVE_INFINITY);
  return 1;
}

function scan({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const cursorText = argumentAt(args, 0);
  if (!/^[0-9]{1,20}$/.test(cursorText)) throw new RedisError('ERR invalid cursor');
  let count = 10;
  let matches = (_key: Bytes): boolean => true;
  let type: string | undefined;
  for (let at = 1; at < args.length; at += 2) {
    const option = argumentAt(args, at).toLowerCase();
    const value = args[at + 1];
    if (value === undefined) throw new RedisError(syntaxError);
    if (option === 'count') {
      count = integerArgument(value);
      if (count < 1) throw new RedisError(syntaxError);
    } else if (option === 'match') {
      matches = globMatcher(value);
    } else if (option === 'type') {
      type = value.toLowerCase();
    } else {
      throw new RedisError(syntaxError);
    }
  }
  const { keys, next } = keyspace.scan(Number(cursorText), count);
  const found = keys.filter(
    (key) => matches(key) && (type === undefined || keyspace.get(key)?.type === type),
  );
  return [String(next), found];
}

/**
 * The stream commands: XADD, XRANGE, XREVRANGE, XLEN, XTRIM, XDEL. No consumer groups, no XREAD.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import { argumentAt, type CommandContext, type CommandTable } from './command.ts';
import { integerArgument } from './numbers.ts';
import { RedisError, type Reply, syntaxError, wrongArity } from './reply.ts';
import { formatStreamId, invalidStreamId, parseStreamId, Stream, type StreamId } from './streams.ts';

export const streamCommands: CommandTable = {
  xadd: { arity: -5, run: add },
  xrange: { arity: -4, run: (context, args) => range(context, args, 'forward') },
  xrevrange: { arity: -4, run: (context, args) => range(context, args, 'backward') },
  xlen: {
    arity: 2,
    run: ({ keyspace }, args) => keyspace.getStream(argumentAt(args, 0))?.stream.length ?? 0,
  },
  xtrim: { arity: -4, run: trim },
  xdel: { arity: -3, run: deleteEntries },
};

interface Trimming {
  readonly by: 'maxlen' | 'minid';
  readonly threshold: Bytes;
  readonly approximately: boolean;
}

interface AddOptions {
  makeStream: boolean;
  trimming?: Trimming;
  /** The index of the id, or of whatever follows the options. */
  next: number;
}

/** Reads NOMKSTREAM, MAXLEN, MINID and LIMIT from `args[1]` on. `idFollows`: as in XADD, stop at the id. */
function parseOptions(args: readonly Bytes[], idFollows: boolean): AddOptions {
  const options: AddOptions = { makeStream: true, next: 1 };
  let limited = false;
  while (options.next < args.length) {
    const at = options.next;
    const word = argumentAt(args, at).toLowerCase();
    const more = args.length - 1 - at;
    if (idFollows && word === '*') break;
    if ((word === 'maxlen' || word === 'minid') && more >= 1) {
      if (options.trimming !== undefined && options.trimming.by !== word) {
        throw new RedisError(`${syntaxError}, MAXLEN and MINID options at the same time are not compatible`);
      }
      const mode = argumentAt(args, at + 1);
      const hasMode = more >= 2 && (mode === '~' || mode === '=');
      const threshold = argumentAt(args, at + (hasMode ? 2 : 1));
      if (word === 'maxlen' && integerArgument(threshold) < 0) {
        throw new RedisError('ERR The MAXLEN argument must be >= 0.');
      }
      if (word === 'minid') parseStreamId(threshold, 0);
      options.trimming = { by: word, threshold, approximately: hasMode && mode === '~' };
      options.next = at + (hasMode ? 3 : 2);
    } else if (word === 'limit' && more >= 1) {
      if (integerArgument(argumentAt(args, at + 1)) < 0) {
        throw new RedisError('ERR The LIMIT argument must be >= 0.');
      }
      limited = true;
      options.next = at + 2;
    } else if (idFollows && word === 'nomkstream') {
      options.makeStream = false;
      options.next = at + 1;
    } else if (idFollows) {
      break;
    } else {
      throw new RedisError(syntaxError);
    }
  }
  if (limited && options.trimming?.approximately !== true) {
    throw new RedisError(`${syntaxError}, LIMIT cannot be used without the special ~ option`);
  }
  return options;
}

function applyTrimming(stream: Stream, { by, threshold, approximately }: Trimming): number {
  return by === 'maxlen'
    ? stream.trimToLength(integerArgument(threshold), approximately)
    : stream.trimBefore(parseStreamId(threshold, 0), approximately);
}

function add({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const options = parseOptions(args, true);
  const idText = args[options.next];
  const fields = args.slice(options.next + 1);
  const readId = idText === undefined ? undefined : idReader(idText);
  if (readId === undefined || fields.length === 0 || fields.length % 2 !== 0) {
    throw new RedisError(wrongArity('xadd'));
  }
  const key = argumentAt(args, 0);
  const present = keyspace.getStream(key);
  if (present === undefined && !options.makeStream) return null;
  const stream = present?.stream ?? new Stream();
  const id = readId(stream, keyspace.nowMs);
  stream.append(id, fields);
  if (present === undefined) keyspace.set(key, { type: 'stream', stream });
  if (options.trimming !== undefined) applyTrimming(stream, options.trimming);
  return formatStreamId(id);
}

/** Checks the form of an id for XADD now, and resolves `*` and `<ms>-*` once the stream is known. */
function idReader(text: Bytes): (stream: Stream, nowMs: number) => StreamId {
  if (text === '*') return (stream, nowMs) => stream.nextId(nowMs);
  if (text.endsWith('-*')) {
    const { ms } = parseStreamId(text.slice(0, -2), 0);
    return ({ lastId }) => ({ ms, seq: ms === lastId.ms ? lastId.seq + 1 : 0 });
  }
  const id = parseStreamId(text, 0);
  if (id.ms === 0 && id.seq === 0) {
    throw new RedisError('ERR The ID specified in XADD must be greater than 0-0');
  }
  return () => id;
}

function parseBound(text: Bytes, side: 'start' | 'end'): StreamId {
  if (text === '-') return { ms: 0, seq: 0 };
  if (text === '+') return { ms: Number.POSITIVE_INFINITY, seq: 0 };
  const exclusive = text.startsWith('(');
  const id = parseStreamId(exclusive ? text.slice(1) : text, side === 'start' ? 0 : Number.POSITIVE_INFINITY);
  if (!exclusive) return id;
  if (side === 'start') return { ms: id.ms, seq: id.seq + 1 };
  if (id.seq > 0) return { ms: id.ms, seq: id.seq - 1 };
  if (id.ms === 0) throw new RedisError('ERR invalid end ID for the interval');
  return { ms: id.ms - 1, seq: Number.POSITIVE_INFINITY };
}

function range(
  { keyspace }: CommandContext,
  args: readonly Bytes[],
  direction: 'forward' | 'backward',
): Reply {
  const [first, second] = [argumentAt(args, 1), argumentAt(args, 2)];
  const start = parseBound(direction === 'forward' ? first : second, 'start');
  const end = parseBound(direction === 'forward' ? second : first, 'end');
  const count = parseCount(args);
  const stream = keyspace.getStream(argumentAt(args, 0))?.stream;
  if (stream === undefined) return [];
  if (count === 0) return null;
  const entries = stream.range(start, end);
  if (direction === 'backward') entries.reverse();
  return entries.slice(0, count).map(({ id, fields }) => [formatStreamId(id), [...fields]]);
}

/** Undefined means all. */
function parseCount(args: readonly Bytes[]): number | undefined {
  let count: number | undefined;
  for (let at = 3; at < args.length; at += 2) {
    const value = args[at + 1];
    if (value === undefined || argumentAt(args, at).toLowerCase() !== 'count')
      throw new RedisError(syntaxError);
    count = Math.max(0, integerArgument(value));
  }
  return count;
}

function trim({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const { trimming } = parseOptions(args, false);
  if (trimming === undefined) {
    throw new RedisError(`${syntaxError}, XTRIM must be called with MAXLEN or MINID`);
  }
  const stream = keyspace.getStream(argumentAt(args, 0))?.stream;
  return stream === undefined ? 0 : applyTrimming(stream, trimming);
}

function deleteEntries({ keyspace }: CommandContext, args: readonly Bytes[]): Reply {
  const stream = keyspace.getStream(argumentAt(args, 0))?.stream;
  if (stream === undefined) return 0;
  const ids = args.slice(1).map((text) => {
    if (text === '-' || text === '+') throw new RedisError(invalidStreamId);
    return parseStreamId(text, 0);
  });
  return stream.delete(ids);
}

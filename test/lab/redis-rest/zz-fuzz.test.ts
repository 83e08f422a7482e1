/**
 * The embedded store and a real Redis get the same random commands and must answer the same.
 *
 * The seed is in the test's name and in the message of what differs. Left out is what the two may do differently:
 * times of day, remaining times, the order of KEYS and SCAN, and DBSIZE (a real server also
 * counts what has expired and is not yet removed).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realTool } from '../../support/real-tools.ts';
import { startEmbeddedStore, startRealStore, type TestStore } from '../../support/redis-backends.ts';

const seedCount = 2500;
const commandsPerSeed = 400;
const farMs = 9_999_999_999_990;

describe.skipIf(realTool('redis-server') === undefined)('the embedded store beside a real Redis', () => {
  let embedded: TestStore;
  let real: TestStore;
  beforeAll(async () => {
    [embedded, real] = await Promise.all([startEmbeddedStore(), startRealStore()]);
  });
  afterAll(async () => {
    await Promise.all([embedded.stop(), real.stop()]);
  });

  it.each(Array.from({ length: seedCount }, (_, index) => index + 1))(
    'answers alike, seed %i',
    async (seed) => {
      await Promise.all([embedded.flush(), real.flush()]);
      const choose = chooser(seed);
      const history: string[] = [];
      for (let n = 0; n < commandsPerSeed; n += 1) {
        const command = randomCommand(choose);
        history.push(JSON.stringify(command));
        const [left, right] = await Promise.all([embedded.rawCommand(command), real.rawCommand(command)]);
        expect(left, `seed ${seed}, after:\n${history.slice(-12).join('\n')}\n`).toStrictEqual(right);
      }
    },
  );
});

type Choose = <Item>(items: readonly Item[]) => Item;

/** The mulberry32 generator: good enough for choosing, and the same everywhere. */
function chooser(seed: number): Choose {
  let state = seed;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return (items) => {
    const item = items[Math.floor(unit() * items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  };
}

function randomCommand(choose: Choose): string[] {
  const command = plainCommand(choose);
  switch (choose(['plain', 'plain', 'plain', 'script', 'script text', 'upper case'])) {
    case 'script':
      return ['EVAL', 'return redis.pcall(unpack(ARGV))', '0', ...command];
    case 'script text':
      return ['EVAL', 'local r = redis.pcall(unpack(ARGV)) return {type(r), r, #ARGV}', '0', ...command];
    case 'upper case':
      return command.map((word, index) => (index === 0 ? word.toUpperCase() : word));
    default:
      return command;
  }
}

function plainCommand(choose: Choose): string[] {
  const key = (): string => choose(['a', 'b', 'c', 'd']);
  const field = (): string => choose(['f', 'g', 'h', '']);
  const value = (): string => choose(['0', '1', '-7', '41', 'x', 'да', '', '9223372036854775806', 'x', '1']);
  const index = (): string => choose(['0', '1', '2', '-1', '-2', '-9', '9', 'x']);
  const small = (): string => choose(['0', '1', '2', '3', '-1', 'x']);
  const id = (): string => choose(['1-1', '2-1', '3', '4-2', '5-*', '6', '7-7', '0-0', 'x']);
  const bound = (): string => choose(['-', '+', '1', '2-1', '(3', '5', '(6', '9']);
  const time = (): string => choose([String(farMs), String(farMs + 1), String(farMs + 2), '1', 'x']);
  const options = (): string[] =>
    choose([
      [],
      [],
      ['nx'],
      ['XX'],
      ['get'],
      ['nx', 'GET'],
      ['keepttl'],
      ['pxat', time()],
      ['PXAT', time(), 'xx'],
      ['nx', 'xx'],
      ['ex', 'x'],
    ]);
  const trimming = (): string[] =>
    choose([[], [], ['maxlen', '3'], ['MAXLEN', '=', small()], ['minid', '2']]);
  const commands: readonly (() => string[])[] = [
    () => ['set', key(), value(), ...options()],
    () => ['get', key()],
    () => ['mget', key(), key()],
    () => ['setnx', key(), value()],
    () => ['getset', key(), value()],
    () => ['getdel', key()],
    () => ['append', key(), value()],
    () => ['strlen', key()],
    () => ['incr', key()],
    () => ['decrby', key(), value()],
    () => ['incrby', key(), value()],
    () => ['del', key(), key()],
    () => ['exists', key(), key()],
    () => ['type', key()],
    () => ['persist', key()],
    () => ['pexpireat', key(), time(), ...choose([[], [], ['nx'], ['xx'], ['gt'], ['lt'], ['no']])],
    () => ['pexpiretime', key()],
    () => ['hset', key(), field(), value(), ...choose([[], [field(), value()], [field()]])],
    () => ['hget', key(), field()],
    () => ['hmget', key(), field(), field()],
    () => ['hgetall', key()],
    () => ['hdel', key(), field(), field()],
    () => ['hexists', key(), field()],
    () => ['hkeys', key()],
    () => ['hlen', key()],
    () => ['hsetnx', key(), field(), value()],
    () => ['hincrby', key(), field(), value()],
    () => ['lpush', key(), value(), value()],
    () => ['rpush', key(), value()],
    () => ['lrange', key(), index(), index()],
    () => ['ltrim', key(), index(), index()],
    () => ['llen', key()],
    () => ['lindex', key(), index()],
    () => ['lset', key(), index(), value()],
    () => ['lrem', key(), small(), value()],
    () => ['lpop', key(), ...choose([[], [small()]])],
    () => ['rpop', key(), ...choose([[], [small()]])],
    () => ['xadd', key(), ...choose([[], [], ['nomkstream']]), ...trimming(), id(), field(), value()],
    () => ['xrange', key(), bound(), bound(), ...choose([[], [], ['count', small()]])],
    () => ['xrevrange', key(), bound(), bound(), ...choose([[], [], ['COUNT', small()]])],
    () => ['xlen', key()],
    () => ['xtrim', key(), 'maxlen', small()],
    () => ['xdel', key(), id()],
    () => [choose(['nope', 'get', 'hset', 'xadd', 'lpop', 'eval', 'set'])],
  ];
  return choose(commands)();
}

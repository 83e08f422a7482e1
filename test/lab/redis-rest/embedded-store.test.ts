/** What the embedded store does beyond the shared contract: exact times, isolation, listeners, bad scripts. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createEmbeddedStore,
  type EmbeddedStore,
  RedisError,
  StatusReply,
} from '../../../services/lab/redis-rest/embedded-store.ts';

describe('EmbeddedStore', () => {
  let nowMs: number;
  let store: EmbeddedStore;
  beforeEach(async () => {
    nowMs = 1_900_000_000_000;
    store = await createEmbeddedStore({ nowMs: () => nowMs });
  });

  it('keeps a key through the millisecond in which it expires, but no longer', () => {
    store.execute(['SET', 'k', 'v', 'PX', '100']);
    nowMs += 100;
    expect(store.execute(['PTTL', 'k'])).toBe(0);
    expect(store.execute(['GET', 'k'])).toBe('v');
    nowMs += 1;
    expect(store.execute(['PTTL', 'k'])).toBe(-2);
    expect(store.execute(['GET', 'k'])).toBeNull();
  });

  it('drops an expired key of any type', () => {
    store.execute(['HSET', 'h', 'a', '1']);
    store.execute(['RPUSH', 'l', 'a']);
    store.execute(['XADD', 's', '*', 'a', '1']);
    for (const key of ['h', 'l', 's']) store.execute(['PEXPIRE', key, '10']);
    nowMs += 11;
    expect(store.execute(['HGETALL', 'h'])).toEqual([]);
    expect(store.execute(['LRANGE', 'l', '0', '-1'])).toEqual([]);
    expect(store.execute(['XLEN', 's'])).toBe(0);
    expect(store.execute(['SCAN', '0'])).toEqual(['0', []]);
  });

  it('rounds TTL as Redis does', () => {
    store.execute(['SET', 'k', 'v', 'PX', '1500']);
    expect(store.execute(['TTL', 'k'])).toBe(2);
    nowMs += 1;
    expect(store.execute(['TTL', 'k'])).toBe(1);
  });

  it('returns fractions of a millisecond in TIME', () => {
    nowMs = 1_900_000_000_123.456;
    expect(store.execute(['TIME'])).toEqual(['1900000000', '123456']);
  });

  it('makes stream ids from its clock that grow even if the clock steps back', () => {
    expect(store.execute(['XADD', 's', '*', 'n', '1'])).toBe('1900000000000-0');
    expect(store.execute(['XADD', 's', '*', 'n', '2'])).toBe('1900000000000-1');
    nowMs -= 5;
    expect(store.execute(['XADD', 's', '*', 'n', '3'])).toBe('1900000000000-2');
  });

  it('shares nothing with its siblings but the Lua machine', () => {
    const sibling = store.sibling();
    store.execute(['SET', 'k', 'v']);
    store.runScript('return 1', [], []);
    expect(sibling.execute(['DBSIZE'])).toBe(0);
    expect(() => sibling.execute(['EVALSHA', 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', '0'])).toThrow(
      'NOSCRIPT No matching script. Please use EVAL.',
    );
    expect(sibling.runScript("return redis.call('GET', 'k')", [], [])).toBeNull();
    expect(store.runScript("return redis.call('GET', 'k')", [], [])).toBe('v');
  });

  it('forgets everything on reset', () => {
    const heard: string[] = [];
    store.subscribe('c', (message) => heard.push(message));
    store.execute(['SET', 'k', 'v']);
    store.execute(['SCRIPT', 'LOAD', 'return 1']);
    store.reset();
    expect(store.execute(['KEYS', '*'])).toEqual([]);
    expect(store.execute(['SCRIPT', 'EXISTS', 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db'])).toEqual([0]);
    expect(store.execute(['PUBLISH', 'c', 'x'])).toBe(0);
    expect(heard).toEqual([]);
  });

  it('throws the error of a command or a script, and keeps errors inside lists', () => {
    expect(() => store.execute(['NOPE', 'a'])).toThrow(RedisError);
    expect(() => store.runScript("return redis.error_reply('NO way')", [], [])).toThrow(/^NO way$/);
    expect(store.runScript("return {1, {err = 'IN list'}}", [], [])).toEqual([1, new RedisError('IN list')]);
    expect(store.execute(['SET', 'k', 'v'])).toEqual(new StatusReply('OK'));
  });

  it('notifies listeners after the publishing script has ended, and lets them use the store', () => {
    const seen: unknown[] = [];
    store.subscribe('c', (message, channel) => {
      seen.push([channel, message, store.execute(['GET', 'k'])]);
      if (message === 'first') store.execute(['PUBLISH', 'c', 'second']);
    });
    const source = "redis.call('PUBLISH', 'c', 'first') redis.call('SET', 'k', 'done') return 'returned'";
    expect(store.runScript(source, [], [])).toBe('returned');
    expect(seen).toEqual([
      ['c', 'first', 'done'],
      ['c', 'second', 'done'],
    ]);
  });

  it('does not notify a removed listener, even of a message already published', () => {
    const heard: string[] = [];
    let leave = (): void => undefined;
    store.subscribe('c', () => leave());
    leave = store.subscribe('c', (message) => heard.push(message));
    store.execute(['PUBLISH', 'c', 'x']);
    expect(heard).toEqual([]);
  });

  it('stops the clock during a script and a transaction', () => {
    let readings = 0;
    const ticking = store.sibling({
      nowMs: () => {
        readings += 1;
        return nowMs + readings * 1000;
      },
    });
    const source = "redis.call('SET','k','v','PX',500) return redis.call('PTTL','k')";
    expect(ticking.runScript(source, [], [])).toBe(500);
    expect(
      ticking.transactBytes([
        ['SET', 'k', 'v', 'PX', '500'],
        ['PTTL', 'k'],
      ]),
    ).toEqual([new StatusReply('OK'), 500]);
  });

  it('lets MONITOR listeners see every command', () => {
    const seen: unknown[] = [];
    const stop = store.monitor((command, atMs) => seen.push([atMs, ...command]));
    store.execute(['SET', 'k', 'v']);
    store.transactBytes([['GET', 'k']]);
    stop();
    store.execute(['GET', 'k']);
    expect(seen).toEqual([
      [nowMs, 'SET', 'k', 'v'],
      [nowMs, 'GET', 'k'],
    ]);
  });

  describe('runs scripts that', () => {
    it('cannot leave anything behind for the next script', () => {
      const attempts = [
        'leak = 1',
        '_G.leak = 1',
        "rawset(_G, 'leak', 1)",
        "rawset(string, 'rep', nil)",
        'string.rep = nil',
        'getmetatable("").__index = {}',
        'setmetatable(string, {})',
        'redis.call = nil',
        'table.insert(redis, 1)',
      ];
      for (const attempt of attempts)
        expect(() => store.runScript(attempt, [], []), attempt).toThrow(RedisError);
      expect(store.runScript("return ('x'):rep(2) .. string.rep('y', 2)", [], [])).toBe('xxyy');
      expect(() => store.runScript('return leak', [], [])).toThrow(/nonexistent global variable 'leak'/);
    });

    it('get their own KEYS and ARGV each time', () => {
      const source = 'local a = ARGV[1] ARGV[1] = "changed" return {KEYS[1], a, #KEYS, #ARGV}';
      expect(store.runScript(source, ['k1', 'k2'], ['a1'])).toEqual(['k1', 'a1', 2, 1]);
      expect(store.runScript(source, ['k3'], ['a2', 'a3'])).toEqual(['k3', 'a2', 1, 2]);
    });

    it('return a table that contains itself', () => {
      expect(() => store.runScript('local t = {} t[1] = t return t', [], [])).toThrow(
        /reached lua stack limit/,
      );
      expect(store.runScript('return 1', [], [])).toBe(1);
    });

    it('never end', () => {
      expect(() => store.execute(['EVAL', 'while true do end', '0'])).toThrow(/does not come to an end/);
      expect(store.runScript('return 1', [], [])).toBe(1);
    });

    it('use functions of newer Luas or real servers', () => {
      for (const name of ['cjson', 'bit', 'utf8', 'os', 'io', 'debug']) {
        expect(() => store.runScript(`return ${name}.x`, [], []), name).toThrow(RedisError);
      }
      expect(store.runScript('return math.random == nil and string.pack == nil and 1', [], [])).toBe(1);
    });

    it('call commands from within coroutines and protected calls', () => {
      const source = `
        local step = coroutine.wrap(function()
          coroutine.yield(redis.call('SET', 'k', 'v').ok)
          coroutine.yield(redis.call('GET', 'k'))
        end)
        local failed = pcall(redis.call, 'INCR', 'k')
        return {step(), step(), failed and 1 or 0}`;
      store.execute(['SET', 'k', 'x']);
      expect(store.runScript(source, [], [])).toEqual(['OK', 'v', 0]);
    });

    it('are many and different', () => {
      for (let n = 0; n < 300; n += 1) expect(store.runScript(`return ${n}`, [], [])).toBe(n);
    });
  });
});

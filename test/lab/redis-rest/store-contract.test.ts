/** Holds both stores to what Redis answers: the recorded transcripts, and what depends on time or on a listener. */
import { describe, expect, it, vi } from 'vitest';
import { RedisError, type Reply } from '../../../services/lab/redis-rest/store/reply.ts';
import { describeOnEachStore } from '../../support/redis-backends.ts';
import { collectionsTranscripts } from './transcripts/collections.ts';
import { keysTranscripts } from './transcripts/keys.ts';
import { refusalsTranscripts } from './transcripts/refusals.ts';
import { scriptCommandsTranscripts } from './transcripts/script-commands.ts';
import { scriptsTranscripts } from './transcripts/scripts.ts';
import { streamsTranscripts } from './transcripts/streams.ts';
import { stringsTranscripts } from './transcripts/strings.ts';
import { wordsOf } from './transcripts/transcript.ts';

const transcripts = [
  ...stringsTranscripts,
  ...keysTranscripts,
  ...collectionsTranscripts,
  ...streamsTranscripts,
  ...refusalsTranscripts,
  ...scriptsTranscripts,
  ...scriptCommandsTranscripts,
];

describeOnEachStore('a store', (store) => {
  const evaluate = (source: string, ...args: string[]): Promise<Reply> =>
    store().rawCommand(['EVAL', source, '0', ...args]);

  describe('answers as Redis does when it', () => {
    it.each(transcripts)('$behaviour', async ({ steps }) => {
      const replies: [unknown, unknown][] = [];
      for (const [command] of steps) replies.push([command, await store().rawCommand(wordsOf(command))]);
      expect(replies).toStrictEqual(steps);
    });
  });

  it('keeps a key until it expires', async () => {
    await store().command('set', 'lock', 'mine', 'px', '30000');
    await store().elapse(20_000);
    expect(await store().command('GET', 'lock')).toBe('mine');
    const left = Number(await store().command('PTTL', 'lock'));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(10_000);
    expect(await store().command('set', 'lock', 'theirs', 'nx', 'px', '30000')).toBeNull();
    await store().elapse(10_001);
    expect(await store().command('GET', 'lock')).toBeNull();
    expect(await store().command('EXISTS', 'lock')).toBe(0);
    expect(await store().command('TYPE', 'lock')).toBe('none');
    expect(await store().command('KEYS', '*')).toEqual([]);
    expect(await store().command('DBSIZE')).toBe(0);
    expect(await store().command('set', 'lock', 'theirs', 'nx', 'px', '30000')).toBe('OK');
  });

  it.each([
    ['SETEX', ['SETEX', 'k', '100', 'v'], 100_000],
    ['PSETEX', ['PSETEX', 'k', '100000', 'v'], 100_000],
    ['SET with ex', ['SET', 'k', 'v', 'ex', '100'], 100_000],
    ['SET with PX', ['SET', 'k', 'v', 'PX', '100000'], 100_000],
  ])('counts the time from now for %s', async (_name, command, ttlMs) => {
    await store().command(...command);
    const left = Number(await store().command('PTTL', 'k'));
    expect(left).toBeGreaterThan(ttlMs - 60_000);
    expect(left).toBeLessThanOrEqual(ttlMs);
  });

  it.each([
    ['EXPIRE', '100'],
    ['PEXPIRE', '100000'],
  ])('counts the time from now for %s on any type', async (command, amount) => {
    await store().command('HSET', 'h', 'a', '1');
    expect(await store().command(command, 'h', amount)).toBe(1);
    const left = Number(await store().command('PTTL', 'h'));
    expect(left).toBeGreaterThan(40_000);
    expect(left).toBeLessThanOrEqual(100_000);
  });

  it('returns the time in seconds and microseconds', async () => {
    const before = await store().nowMs();
    const [seconds, micros] = (await store().command('TIME')) as readonly string[];
    expect(Number(seconds) * 1000 + Number(micros) / 1000).toBeGreaterThanOrEqual(before);
    expect(Number(micros)).toBeLessThan(1_000_000);
  });

  it('makes stream ids that grow', async () => {
    const first = String(await store().command('XADD', 's', '*', 'n', '1'));
    const second = String(await store().command('XADD', 's', '*', 'n', '2'));
    expect(first).toMatch(/^\d{13}-\d+$/);
    expect(await store().command('XRANGE', 's', '-', '+')).toEqual([
      [first, ['n', '1']],
      [second, ['n', '2']],
    ]);
    expect(await store().command('XREVRANGE', 's', '+', '-', 'COUNT', '1')).toEqual([[second, ['n', '2']]]);
  });

  it('trims a stream approximately, never below the given length', async () => {
    for (let n = 0; n < 450; n += 1) {
      await store().command('XADD', 's', 'MAXLEN', '~', '100', '*', 'n', String(n));
    }
    const length = Number(await store().command('XLEN', 's'));
    expect(length).toBeGreaterThanOrEqual(100);
    expect(length).toBeLessThanOrEqual(200);
  });

  it('returns every key of a long scan', async () => {
    const keys = Array.from({ length: 57 }, (_, n) => `key:${n}`);
    await store().command('MSET', ...keys.flatMap((key) => [key, 'v']));
    const found = new Set<string>();
    let cursor = '0';
    do {
      const [next, page] = (await store().command(
        'SCAN',
        cursor,
        'MATCH',
        'key:*',
        'COUNT',
        '7',
      )) as readonly [string, readonly string[]];
      for (const key of page) found.add(key);
      cursor = next;
    } while (cursor !== '0');
    expect([...found].sort()).toEqual([...keys].sort());
  });

  it('runs a transaction, and none of it if one command is malformed', async () => {
    expect(
      await store().transact([
        ['SET', 'n', '1'],
        ['INCR', 'n'],
        ['LPUSH', 'n', 'x'],
        ['GET', 'n'],
      ]),
    ).toEqual([
      expect.objectContaining({ text: 'OK' }),
      2,
      expect.objectContaining({ message: expect.stringMatching(/^WRONGTYPE /) }),
      '2',
    ]);
    expect(await store().transact([['SET', 'n', '9'], ['NOPE']])).toEqual(
      new RedisError('EXECABORT Transaction discarded because of previous errors.'),
    );
    expect(await store().transact([['SET', 'n', '9'], ['GET']])).toBeInstanceOf(RedisError);
    expect(await store().command('GET', 'n')).toBe('2');
  });

  it('delivers published messages, even from scripts, and counts the listeners', async () => {
    const heard: string[] = [];
    const stop = await store().subscribe('wake', (message) => heard.push(message));
    expect(await store().command('PUBLISH', 'wake', 'привет')).toBe(1);
    expect(await evaluate("return redis.call('PUBLISH', 'wake', 'from a script')")).toBe(1);
    expect(await store().command('PUBLISH', 'other', 'x')).toBe(0);
    await vi.waitFor(() => expect(heard).toEqual(['привет', 'from a script']));
    stop();
    await vi.waitFor(async () => expect(await store().command('PUBLISH', 'wake', 'x')).toBe(0));
  });

  it('keeps the effects of a script that failed later', async () => {
    expect(await evaluate("redis.call('SET','k','v') redis.call('INCR','k')")).toBeInstanceOf(RedisError);
    expect(await store().command('GET', 'k')).toBe('v');
  });

  it('stops the clock for keys during a script', async () => {
    const source = `
      redis.call('SET', 'k', 'v', 'PX', 1)
      for _ = 1, 50000 do if not redis.call('GET', 'k') then return 'gone' end end
      return 'there'`;
    expect(await evaluate(source)).toBe('there');
  });

  it.each([
    ['what is no Lua', 'return (', /^ERR Error compiling script \(new function\): user_script:1: /],
    [
      'an index of nil',
      'local a = nil\nreturn a.b',
      /^ERR user_script:2: attempt to index .* on @user_script:2\.$/,
    ],
    ['arithmetic on text', "return 'a' + 1", /^ERR user_script:1: attempt to .* on @user_script:1\.$/],
    ['recursion without end', 'local function f() return 1 + f() end return f()', /^ERR .*stack overflow/s],
  ])('answers %s with an error and goes on', async (_name, source, message) => {
    expect(String(await evaluate(source)).replace('RedisError: ', '')).toMatch(message);
    expect(await evaluate('return 1')).toBe(1);
  });

  it.each(['os', 'io', 'require', 'dofile', 'loadfile', 'print', 'debug and debug.nope'])(
    'does not show %s to scripts in a form that reaches the machine',
    async (name) => {
      const reply = await evaluate(`local f = ${name} return (type(f) == 'table' and f.execute) and 1 or 0`);
      expect(reply instanceof RedisError || reply === 0).toBe(true);
    },
  );

  it('passes non-text bytes through scripts unharmed', async () => {
    const source = `
      local bytes = ''
      for i = 0, 255 do bytes = bytes .. string.char(i) end
      redis.call('SET', 'k', bytes)
      local back = redis.call('GET', 'k')
      return {#back, back == bytes and 1 or 0, redis.sha1hex(back)}`;
    expect(await evaluate(source)).toEqual([256, 1, '4916d6bdb7f78e6803698cab32d1586ea457dfc8']);
    expect(await store().command('STRLEN', 'k')).toBe(256);
  });

  it('accepts long values', async () => {
    const long = 'длинно '.repeat(200_000);
    await store().command('SET', 'k', long);
    expect(await store().command('GET', 'k')).toBe(long);
    expect(await evaluate("return #redis.call('GET', 'k')")).toBe(Buffer.byteLength(long));
  });
});

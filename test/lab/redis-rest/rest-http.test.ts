/** The REST server as plain HTTP: forms of a request, encodings and streams. */
import { expect, it } from 'vitest';
import type { RedisRest } from '../../support/redis-backends.ts';
import { describeRest } from './rest-suite.ts';

describeRest('the REST API', ({ rest, call, post }) => {
  it('accepts a command as a JSON array', async () => {
    expect(await post(['SET', 'k', 'v'])).toEqual({ status: 200, json: { result: 'OK' } });
    expect(await post(['GET', 'k'])).toEqual({ status: 200, json: { result: 'v' } });
    expect(await post(['GET', 'none'])).toEqual({ status: 200, json: { result: null } });
    expect(await post(['INCR', 'n'])).toEqual({ status: 200, json: { result: 1 } });
  });

  it('accepts numbers as written, and booleans', async () => {
    await call('/', { body: '["RPUSH", "l", 1, 1.50, 12345678901234567890, true, -0]' });
    expect(await post(['LRANGE', 'l', 0, -1])).toEqual({
      status: 200,
      json: { result: ['1', '1.50', '12345678901234567890', 'true', '-0'] },
    });
  });

  it('accepts a command in the path, with the body as the next argument and the query as the last ones', async () => {
    expect(await call('/set/k/v')).toEqual({ status: 200, json: { result: 'OK' } });
    expect(await call('/get/k')).toEqual({ status: 200, json: { result: 'v' } });
    expect(await call('/set/a%2Fb%20%D1%8F/%D0%B7?EX=100&NX')).toEqual({
      status: 200,
      json: { result: 'OK' },
    });
    expect(await post(['GET', 'a/b я'])).toEqual({ status: 200, json: { result: 'з' } });
    expect(await post(['TTL', 'a/b я'])).toMatchObject({ status: 200 });
    expect(await call('/set/body?EX=100', { body: '{"as": "it is"}' })).toMatchObject({ status: 200 });
    expect(await call('/get/body')).toEqual({ status: 200, json: { result: '{"as": "it is"}' } });
    expect((await call('/ttl/body')).json).not.toEqual({ result: -1 });
    expect(await call('/set/put', { method: 'PUT', body: 'x' })).toMatchObject({ status: 200 });
  });

  it('answers a command error with 400 and its text', async () => {
    await post(['LPUSH', 'l', 'a']);
    expect(await post(['GET', 'l'])).toEqual({
      status: 400,
      json: { error: 'WRONGTYPE Operation against a key holding the wrong kind of value' },
    });
    expect(await post(['GET'])).toEqual({
      status: 400,
      json: { error: "ERR wrong number of arguments for 'get' command" },
    });
  });

  it('runs a pipeline, and answers each command separately', async () => {
    expect(
      await post(
        [
          ['SET', 'k', 'v'],
          ['INCR', 'k'],
          ['GET', 'k'],
          ['BLPOP', 'l', 1],
        ],
        '/pipeline',
      ),
    ).toEqual({
      status: 200,
      json: [
        { result: 'OK' },
        { error: 'ERR value is not an integer or out of range' },
        { result: 'v' },
        { error: "ERR Command is not available: 'BLPOP'" },
      ],
    });
  });

  it('runs a transaction completely or not at all', async () => {
    expect(
      await post(
        [
          ['SET', 'k', 'v'],
          ['INCR', 'k'],
          ['GET', 'k'],
        ],
        '/multi-exec',
      ),
    ).toEqual({
      status: 200,
      json: [{ result: 'OK' }, { error: 'ERR value is not an integer or out of range' }, { result: 'v' }],
    });
    expect(await post([['SET', 'k', 'changed'], ['NOPE']], '/multi-exec')).toEqual({
      status: 400,
      json: { error: 'EXECABORT Transaction discarded because of previous errors.' },
    });
    expect(await post([['SET', 'k', 'changed'], ['EXEC']], '/multi-exec')).toEqual({
      status: 400,
      json: { error: "ERR Command is not available: 'EXEC'" },
    });
    expect(await post(['GET', 'k'])).toEqual({ status: 200, json: { result: 'v' } });
  });

  it('encodes every string except the reply OK if asked to', async () => {
    const headers = { 'upstash-encoding': 'base64' };
    const encoded = (command: unknown, path = '/') => call(path, { body: JSON.stringify(command), headers });
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    expect((await encoded(['SET', 'k', 'привет'])).json).toEqual({ result: 'OK' });
    expect((await encoded(['GET', 'k'])).json).toEqual({ result: base64('привет') });
    expect((await encoded(['SET', 'k', 'OK'])).json).toEqual({ result: 'OK' });
    expect((await encoded(['GET', 'k'])).json).toEqual({ result: base64('OK') });
    expect((await encoded(['INCR', 'n'])).json).toEqual({ result: 1 });
    expect((await encoded(['GET', 'none'])).json).toEqual({ result: null });
    expect((await encoded(['EVAL', "return {'я', 1, {'b', false}}", 0])).json).toEqual({
      result: [base64('я'), 1, [base64('b'), null]],
    });
    expect((await encoded(['EVAL', 'return "\\255\\0"', 0])).json).toEqual({ result: '/wA=' });
    expect((await encoded(['INCR', 'k'])).json).toEqual({
      error: 'ERR value is not an integer or out of range',
    });
    expect((await encoded([['SET', 'k', 'v'], ['GET', 'k'], ['NOPE']], '/pipeline')).json).toEqual([
      { result: 'OK' },
      { result: base64('v') },
      { error: "ERR unknown command 'NOPE', with args beginning with: " },
    ]);
  });

  it('streams channels, patterns and the monitor', async () => {
    const topics = {
      '/subscribe/a/b': 'subscribe,b,2',
      '/psubscribe/a*': 'psubscribe,a*,1',
      '/monitor': 'OK',
    };
    const streams = await Promise.all(Object.keys(topics).map((path) => openStream(rest(), path)));
    await Promise.all(
      Object.values(topics).map((greeting, index) =>
        streams[index]?.until((text) => text.includes(`data: ${greeting}\n`)),
      ),
    );
    expect(await post(['PUBLISH', 'a', 'привет'])).toEqual({ status: 200, json: { result: 2 } });
    await streams[0]?.until((text) => text.includes('data: message,a,привет\n\n'));
    await streams[1]?.until((text) => text.includes('data: pmessage,a*,a,привет\n\n'));
    await streams[2]?.until((text) => /data: \d+\.\d{6} \[0 .+\] "PUBLISH" "a" "\\xd0/.test(text));
    await Promise.all(streams.map((stream) => stream.close()));
  });
});

interface OpenStream {
  until(fits: (text: string) => boolean): Promise<void>;
  close(): Promise<void>;
}

async function openStream(rest: RedisRest, path: string): Promise<OpenStream> {
  const abort = new AbortController();
  const answer = await fetch(rest.url + path, {
    headers: { authorization: `Bearer ${rest.token}` },
    signal: abort.signal,
  });
  if (answer.body === null) throw new Error('a stream without a body');
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async until(fits) {
      while (!fits(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended after ${JSON.stringify(text)}`);
        text += value;
      }
    },
    async close() {
      abort.abort();
      await reader.cancel().catch(() => undefined);
    },
  };
}

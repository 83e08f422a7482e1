/** Faults on purpose: one client is cut off, and nobody else notices. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RedisRest, startRedisRest } from '../../support/redis-backends.ts';

describe('faults of the REST server', () => {
  let rest: RedisRest;
  beforeAll(async () => {
    rest = await startRedisRest({ store: 'embedded', tokens: ['cut', 'other'] });
  });
  afterAll(() => rest.stop());
  beforeEach(async () => {
    rest.faults.clear();
    await run('other', ['FLUSHALL']);
  });

  function send(token: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    return fetch(rest.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  }
  const run = async (token: string, command: string[]): Promise<unknown> =>
    (await send(token, '/', command)).json();

  it('refuse: cuts the connection and runs nothing', async () => {
    rest.faults.set('cut', { kind: 'refuse' });
    await expect(run('cut', ['SET', 'k', 'v'])).rejects.toThrow();
    expect(await run('other', ['GET', 'k'])).toEqual({ result: null });
    rest.faults.set('cut', { kind: 'none' });
    expect(await run('cut', ['GET', 'k'])).toEqual({ result: null });
  });

  it('hang: never answers and runs nothing', async () => {
    rest.faults.set('cut', { kind: 'hang' });
    const abort = new AbortController();
    const hanging = send('cut', '/', ['SET', 'k', 'v'], abort.signal);
    let settled = false;
    const watched = hanging
      .catch(() => undefined)
      .finally(() => {
        settled = true;
      });
    for (let n = 0; n < 20; n += 1) expect(await run('other', ['GET', 'k'])).toEqual({ result: null });
    expect(settled).toBe(false);
    abort.abort();
    await watched;
    expect(await run('other', ['GET', 'k'])).toEqual({ result: null });
  });

  it('lose-answer: runs the command and cuts the connection instead of an answer', async () => {
    rest.faults.set('cut', { kind: 'lose-answer' });
    await expect(run('cut', ['INCR', 'n'])).rejects.toThrow();
    await expect(send('cut', '/pipeline', [['INCR', 'n']])).rejects.toThrow();
    await expect(send('cut', '/multi-exec', [['INCR', 'n']])).rejects.toThrow();
    expect(await run('other', ['GET', 'n'])).toEqual({ result: '3' });
  });

  it('lasts for the given number of requests', async () => {
    rest.faults.set('cut', { kind: 'refuse', times: 2 });
    await expect(run('cut', ['PING'])).rejects.toThrow();
    await expect(run('cut', ['PING'])).rejects.toThrow();
    expect(await run('cut', ['PING'])).toEqual({ result: 'PONG' });
  });

  it('refuse ends only that client’s streams', async () => {
    const [cut, other] = await Promise.all(
      ['cut', 'other'].map((token) => send(token, '/subscribe/c', undefined)),
    );
    const ended = cut?.text();
    rest.faults.set('cut', { kind: 'refuse' });
    await expect(ended).rejects.toThrow();
    expect(await run('other', ['PUBLISH', 'c', 'x'])).toEqual({ result: 1 });
    await other?.body?.cancel();
  });

  it('hang silences that client’s streams until it is over', async () => {
    const stream = await send('cut', '/subscribe/c', undefined);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    rest.faults.set('cut', { kind: 'hang' });
    await run('other', ['PUBLISH', 'c', 'lost']);
    rest.faults.set('cut', { kind: 'none' });
    await run('other', ['PUBLISH', 'c', 'heard']);
    let text = '';
    while (!text.includes('heard')) text += (await reader?.read())?.value ?? '';
    expect(text).not.toContain('lost');
    await reader?.cancel();
  });

  it('can be set over HTTP too', async () => {
    const set = (body: unknown) => send('other', '/emulator/faults', body);
    expect(await (await set({ token: 'cut', kind: 'refuse', times: 1 })).json()).toEqual({ result: 'OK' });
    await expect(run('cut', ['PING'])).rejects.toThrow();
    expect(await run('cut', ['PING'])).toEqual({ result: 'PONG' });
  });

  it.each([
    [{ token: 'cut', kind: 'explode' }, /^ERR kind: expected one of none, refuse, hang, lose-answer$/],
    [{ token: 'unknown-secret', kind: 'hang' }, /^ERR token: expected one of the tokens/],
    [{ kind: 'hang' }, /^ERR token: /],
    [{ token: 'cut', kind: 'hang', times: 0 }, /^ERR times: /],
    [{ token: 'cut', kind: 'hang', times: '2' }, /^ERR times: /],
    [[], /^ERR expected a JSON object/],
    ['text', /^ERR expected a JSON object/],
    [null, /^ERR expected a JSON object/],
  ])('refuses %j and changes nothing', async (body, message) => {
    const answer = await send('other', '/emulator/faults', body);
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringMatching(message) }]);
    expect(rest.faults.current('cut')).toBe('none');
    expect(await run('cut', ['PING'])).toEqual({ result: 'PONG' });
  });

  it('answers other /emulator paths with 404', async () => {
    expect((await send('other', '/emulator/nope', {})).status).toBe(404);
  });
});

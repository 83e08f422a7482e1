import { request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { systemRandom } from '../../../services/adapters/system-random.ts';
import { type FunctionUrl, startFunctionUrl } from '../../../services/lab/functions/function-url.ts';

let running: FunctionUrl | undefined;
afterEach(() => running?.close());

interface Seen {
  readonly headers: Record<string, string>;
  readonly requestContext: { domainName: string; http: { method: string } };
}

async function start(returned: unknown): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  running = await startFunctionUrl({
    clock: systemClock,
    random: systemRandom,
    handler: async (event) => {
      seen.push(event as Seen);
      if (returned instanceof Error) throw returned;
      return returned;
    },
  });
  return { url: running.url, seen };
}

it('turns a request into an event of version 2.0', async () => {
  const { url, seen } = await start({ statusCode: 204 });
  await fetch(`${url}/a%20b/?x=1&x=2`, { headers: { 'X-Thing': 'Yes', cookie: 'a=1; b=2' } });
  expect(seen[0]).toMatchObject({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/a%20b/',
    rawQueryString: 'x=1&x=2',
    cookies: ['a=1', 'b=2'],
    headers: { 'x-thing': 'Yes', host: new URL(url).host },
    requestContext: {
      domainName: '127.0.0.1',
      http: { method: 'GET', path: '/a%20b/', protocol: 'HTTP/1.1' },
    },
    isBase64Encoded: false,
  });
  expect(seen[0]?.headers['cookie']).toBeUndefined();
  expect(seen[0]).not.toHaveProperty('body');
});

it('passes a form in base64 and a text as it is', async () => {
  const { url, seen } = await start({ statusCode: 204 });
  await fetch(url, { method: 'POST', body: new URLSearchParams({ a: 'ы' }) });
  await fetch(url, { method: 'POST', body: 'ы', headers: { 'content-type': 'text/plain' } });
  expect(seen[0]).toMatchObject({ isBase64Encoded: true, body: Buffer.from('a=%D1%8B').toString('base64') });
  expect(seen[1]).toMatchObject({ isBase64Encoded: false, body: 'ы' });
});

it('turns the handler’s result into the response', async () => {
  const { url } = await start({
    statusCode: 418,
    headers: { 'content-type': 'text/x-tea', 'x-thing': '1' },
    cookies: ['a=1; Path=/', 'b=2'],
    body: Buffer.from('чай').toString('base64'),
    isBase64Encoded: true,
  });
  const response = await fetch(url);
  expect(response.status).toBe(418);
  expect(response.headers.get('content-type')).toBe('text/x-tea');
  expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
  expect(await response.text()).toBe('чай');
});

it('sends a page in pieces while the handler runs, which goes on if the client leaves', async () => {
  const [firstRead, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  running = await startFunctionUrl({
    clock: systemClock,
    random: systemRandom,
    handler: async (_event, openPage) => {
      const send = openPage({ statusCode: 202, headers: { 'x-thing': '1' }, cookies: ['a=1'] });
      send('one ');
      await firstRead.promise;
      send('two');
      ended.resolve();
    },
  });
  const { url } = running;
  const response = await fetch(url);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe('one ');
  expect([response.status, response.headers.get('x-thing')]).toEqual([202, '1']);
  expect(response.headers.getSetCookie()).toEqual(['a=1']);
  await reader?.cancel();
  firstRead.resolve();
  await ended.promise;
  expect(await (await fetch(url)).text()).toBe('one two');
});

it('sends any other result as JSON, and hides the reason of a failure', async () => {
  const plain = await start({ ok: true });
  expect(await (await fetch(plain.url)).json()).toEqual({ ok: true });
  await running?.close();
  const failing = await start(new Error('a secret reason'));
  const response = await fetch(failing.url);
  expect([response.status, await response.text()]).toEqual([502, 'Internal Server Error']);
});

it('refuses a body larger than Lambda’s limit', async () => {
  const { url, seen } = await start({ statusCode: 200 });
  const response = await fetch(url, { method: 'POST', body: 'x'.repeat(6 * 1024 * 1024 + 1) });
  expect(response.status).toBe(413);
  expect(seen).toEqual([]);
});

it('passes on a path that no browser would send', async () => {
  const { url, seen } = await start({ statusCode: 200 });
  await new Promise<void>((resolve, reject) => {
    const asked = request(`${url}`, { path: '//evil/../x', method: 'DELETE' }, (response) => {
      response.resume().on('end', resolve);
    });
    asked.on('error', reject).end();
  });
  expect(seen[0]).toMatchObject({ rawPath: '//evil/../x', requestContext: { http: { method: 'DELETE' } } });
});

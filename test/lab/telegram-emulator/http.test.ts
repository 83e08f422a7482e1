import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTelegramEmulator, type TestTelegram } from '../../support/telegram-emulator.ts';
import { message } from './emulator-fixture.ts';
import { png } from './files/image-fixture.ts';

let telegram: TestTelegram;
beforeAll(async () => {
  telegram = await startTelegramEmulator();
});
afterAll(() => telegram.stop());

let lastBot = 0;
/** A bot that no other test has. */
function newToken(): string {
  lastBot += 1;
  return `${5000 + lastBot}:secret`;
}

async function post(
  path: string,
  body?: string | URLSearchParams | FormData,
  contentType?: string,
): Promise<unknown> {
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  const init = body === undefined ? { headers } : { headers, body };
  return (await fetch(`${telegram.url}${path}`, { method: 'POST', ...init })).json();
}

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

describe('a call comes', () => {
  const fields = { chat_id: '7', text: 'Привет & <b>&amp;</b> 🙂' };
  const expected = { ok: true, result: { chat: { id: 7 }, text: fields.text } };

  it('as GET with a query string', async () => {
    const url = `${telegram.url}/bot${newToken()}/sendMessage?${new URLSearchParams(fields)}`;
    expect(await (await fetch(url)).json()).toMatchObject(expected);
  });

  it('as POST with a query string and no body', async () => {
    expect(await post(`/bot${newToken()}/sendMessage?${new URLSearchParams(fields)}`)).toMatchObject(
      expected,
    );
  });

  it('as POST urlencoded', async () => {
    expect(await post(`/bot${newToken()}/sendMessage`, new URLSearchParams(fields))).toMatchObject(expected);
  });

  it('as POST with JSON', async () => {
    const body = JSON.stringify({ ...fields, chat_id: 7 });
    expect(await post(`/bot${newToken()}/sendMessage`, body, 'application/json')).toMatchObject(expected);
  });

  it('as POST with a multipart form', async () => {
    expect(await post(`/bot${newToken()}/sendMessage`, form(fields))).toMatchObject(expected);
  });

  it('with its colon percent-encoded, and in another case', async () => {
    const path = `/bot${encodeURIComponent(newToken())}/SENDMESSAGE`;
    expect(await post(path, new URLSearchParams(fields))).toMatchObject(expected);
  });

  it('with the method as an argument', async () => {
    expect(await post(`/bot${newToken()}/`, form({ method: 'getMe' }))).toMatchObject({
      result: { is_bot: true },
    });
  });
});

describe('getUpdates over HTTP', () => {
  it('reads its arguments from a form', async () => {
    const token = newToken();
    telegram.pushUpdates(
      token,
      [1, 2, 3].map((update_id) => ({ update_id, ...message() })),
    );
    const body = form({ offset: '2', limit: '1', timeout: '0', allowed_updates: '["message"]' });
    expect(await post(`/bot${token}/getUpdates`, body)).toEqual({
      ok: true,
      result: [{ update_id: 2, ...message() }],
    });
    expect(telegram.state(token)).toMatchObject({ confirmedIds: [1], allowedUpdates: ['message'] });
  });

  it('rule 15: keeps the poll of a client that hung up parked', async () => {
    const token = newToken();
    const hangUp = new AbortController();
    const poll = fetch(`${telegram.url}/bot${token}/getUpdates?timeout=50`, { signal: hangUp.signal });
    await telegram.waitForState(token, ({ openPolls }) => openPolls === 1);
    hangUp.abort();
    await expect(poll).rejects.toThrow();
    await telegram.waitForState(token, ({ ghostPolls }) => ghostPolls === 1);
    const next = fetch(`${telegram.url}/bot${token}/getUpdates?timeout=50`);
    await telegram.waitForState(token, ({ conflicts }) => conflicts === 1);
    telegram.pushUpdates(token, [{ update_id: 8, ...message() }]);
    expect(await (await next).json()).toMatchObject({ ok: true, result: [{ update_id: 8 }] });
    expect(telegram.state(token)).toMatchObject({ recentConflicts: [{ ghost: true }], overlaps: 0 });
  });

  it('rule 10: gives the old poll the 409 with its status', async () => {
    const token = newToken();
    const old = fetch(`${telegram.url}/bot${token}/getUpdates?timeout=50`);
    await telegram.waitForState(token, ({ openPolls }) => openPolls === 1);
    const young = fetch(`${telegram.url}/bot${token}/getUpdates?timeout=50`);
    expect((await old).status).toBe(409);
    telegram.pushText(token, { chatId: 1, text: 'x' });
    expect((await young).status).toBe(200);
  });
});

describe('rules 21 and 22: errors', () => {
  it.each([
    ['/botnonsense/getMe', 401, 'Unauthorized: invalid token specified'],
    ['/bot5:x/getNothing', 404, 'Not Found: method not found'],
    ['/bot5:x', 404, 'Not Found'],
    ['/', 404, 'Not Found'],
    ['/file/bot5:x/a', 404, 'Not Found'],
    ['/bot5:x/sendMessage', 400, 'Bad Request: message text is empty'],
  ])('%s: %i', async (path, status, description) => {
    const response = await fetch(`${telegram.url}${path}`);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ ok: false, error_code: status, description });
  });

  it.each(['null', '{'])('the JSON body %s is no reason to refuse a call', async (body) => {
    expect(await post('/bot5:x/getMe', body, 'application/json')).toMatchObject({ ok: true });
  });

  it('a malformed multipart body is a bad request', async () => {
    expect(await post('/bot5:x/getMe', 'x', 'multipart/form-data')).toMatchObject({ error_code: 400 });
  });

  it('other verbs are not allowed', async () => {
    expect((await fetch(`${telegram.url}/bot5:x/getMe`, { method: 'DELETE' })).status).toBe(405);
  });

  it('a request that is cut off does no harm', async () => {
    const socket = connect(Number(new URL(telegram.url).port), '127.0.0.1');
    socket.write('POST /bot5:x/getMe HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.destroy();
    expect(await post('/bot5:x/getMe')).toMatchObject({ ok: true });
  });
});

describe('latency', () => {
  it('is added to every call, half before its execution and half after', async () => {
    const slow = await startTelegramEmulator({ latencyMs: 40 });
    const token = newToken();
    const told: string[] = [];
    slow.onEvent(({ type }) => told.push(type));
    const beforeMs = performance.now();
    await (await fetch(`${slow.url}/bot${token}/sendMessage?chat_id=1&text=x`)).json();
    expect(performance.now() - beforeMs).toBeGreaterThan(35);
    expect(told).toEqual(['message-sent']);
    await slow.stop();
  });
});

describe('a file', () => {
  const bytes = Buffer.concat([png(640, 480), Buffer.from('\r\n--\r\n\0')]);
  /** Uploads a document and asks for its path. */
  async function upload(token: string, name = 'page.html'): Promise<string> {
    const data = form({ chat_id: '7' });
    data.append('document', new Blob([bytes]), name);
    const sent = (await post(`/bot${token}/sendDocument`, data)) as {
      result: { document: { file_id: string; file_name: string } };
    };
    const { file_id, file_name } = sent.result.document;
    expect(file_name).toBe(name);
    const file = (await post(`/bot${token}/getFile`, form({ file_id }))) as { result: { file_path: string } };
    return file.result.file_path;
  }

  it('is uploaded as a part of a form, and downloaded unchanged', async () => {
    const token = newToken();
    const response = await fetch(`${telegram.url}/file/bot${token}/${await upload(token)}`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html',
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each(['documents/file_9.txt', 'documents', '%2e%2e%2f%2e%2e%2fetc%2fpasswd'])(
    'is not found at %j',
    async (path) => {
      const token = newToken();
      await upload(token);
      const response = await fetch(`${telegram.url}/file/bot${token}/${path}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ ok: false, error_code: 404, description: 'Not Found' });
    },
  );

  it('is given out for the token of its bot alone', async () => {
    const token = newToken();
    const path = await upload(token);
    expect((await fetch(`${telegram.url}/file/bot${newToken()}/${path}`)).status).toBe(404);
    const response = await fetch(`${telegram.url}/file/botnonsense/${path}`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ description: 'Unauthorized: invalid token specified' });
  });

  it('meets the faults of its bot', async () => {
    const token = newToken();
    const path = await upload(token);
    telegram.fault({ token, kind: '502-html', times: 1 });
    expect((await fetch(`${telegram.url}/file/bot${token}/${path}`)).status).toBe(502);
    telegram.fault({ token, kind: 'truncated', times: 1 });
    await expect(fetch(`${telegram.url}/file/bot${token}/${path}`)).rejects.toThrow();
    expect((await fetch(`${telegram.url}/file/bot${token}/${path}`)).status).toBe(200);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTelegramEmulator, type TestTelegram } from '../../support/telegram-emulator.ts';
import { message } from './emulator-fixture.ts';
import { png } from './files/image-fixture.ts';

const token = '8000:secret';
let telegram: TestTelegram;
beforeAll(async () => {
  telegram = await startTelegramEmulator();
});
afterAll(() => telegram.stop());

const push = async (body: unknown): Promise<unknown> =>
  (await fetch(`${telegram.url}/emulator/updates`, { method: 'POST', body: JSON.stringify(body) })).json();

describe('POST /emulator/updates', () => {
  it('accepts one or several, and answers with ids, null for a filtered one', async () => {
    expect(await push({ token, update: { update_id: 70, ...message() } })).toEqual({
      ok: true,
      result: [70],
    });
    const updates = [message(), { chat_member: {} }, { update_id: 90, ...message() }];
    expect(await push({ token, updates })).toEqual({ ok: true, result: [71, null, 90] });
  });

  it.each([
    [{ updates: [] }, 401, 'invalid token'],
    [{ token: 'nonsense', updates: [] }, 401, 'invalid token'],
    [{ token }, 400, 'expected update, or updates as an array'],
    [{ token, updates: {} }, 400, 'expected update, or updates as an array'],
    [{ token, update: 5 }, 400, 'updates[0]: an update must be an object'],
    [{ token, update: {} }, 400, 'exactly one kind'],
    [{ token, update: { mesage: {} } }, 400, 'exactly one kind'],
    [{ token, update: { message: {}, poll: {} } }, 400, 'exactly one kind'],
    [{ token, update: { message: 'x' } }, 400, 'message must be an object'],
    [{ token, update: { update_id: 0, ...message() } }, 400, 'update_id must be an integer'],
    ['text', 400, 'expected a JSON object'],
  ])('refuses %o', async (body, error_code, description) => {
    expect(await push(body)).toMatchObject({
      ok: false,
      error_code,
      description: expect.stringContaining(description),
    });
  });

  it('accepts all or none', async () => {
    const before = telegram.state(token).pending;
    await push({ token, updates: [message(), { message: 1 }] });
    expect(telegram.state(token).pending).toBe(before);
  });
});

describe('POST /emulator/files', () => {
  const send = async (query: Record<string, string>, body: Buffer = png(640, 480)): Promise<unknown> => {
    const url = `${telegram.url}/emulator/files?${new URLSearchParams({ token, ...query })}`;
    return (await fetch(url, { method: 'POST', body: new Uint8Array(body) })).json();
  };

  it('keeps a person’s photo; the bot can download it', async () => {
    const sizes = [{ width: 90 }, { width: 320 }, { width: 640, height: 480 }];
    const answer = (await send({ kind: 'photo' })) as { result: { photo: { file_id: string }[] } };
    expect(answer).toMatchObject({ ok: true, result: { photo: sizes } });
    const fileId = answer.result.photo.at(-1)?.file_id ?? '';
    expect(telegram.file(token, fileId)?.bytes).toEqual(png(640, 480));
    const file = await fetch(`${telegram.url}/bot${token}/getFile?file_id=${fileId}`);
    expect(await file.json()).toMatchObject({ result: { file_path: 'photos/file_0.png' } });
  });

  it('takes what Telegram would know of it', async () => {
    expect(await send({ kind: 'voice', duration: '3' })).toMatchObject({
      result: { voice: { duration: 3 } },
    });
    expect(await send({ kind: 'document', name: 'a.pdf' })).toMatchObject({
      result: { document: { file_name: 'a.pdf', mime_type: 'application/pdf' } },
    });
  });

  it.each<[Record<string, string>, string, number, string]>([
    [{ kind: 'photo', token: 'nonsense' }, 'x', 401, 'invalid token'],
    [{}, 'x', 400, 'kind: expected one of photo, document, video, audio, voice'],
    [{ kind: 'thumbnail' }, 'x', 400, 'kind: expected one of'],
    [{ kind: 'photo' }, '', 400, 'the body is empty'],
    [{ kind: 'voice', duration: '-1' }, 'x', 400, 'duration: expected a whole number, got "-1"'],
    [{ kind: 'photo' }, 'x', 400, 'IMAGE_PROCESS_FAILED'],
  ])('refuses %o with the body %j', async (query, body, error_code, description) => {
    expect(await send(query, Buffer.from(body))).toMatchObject({
      ok: false,
      error_code,
      description: expect.stringContaining(description),
    });
  });
});

describe('GET /emulator/state', () => {
  const state = async (query: string): Promise<{ result: Record<string, unknown>; error_code?: number }> =>
    (await fetch(`${telegram.url}/emulator/state?${query}`)).json() as never;

  it('shows what a bot did', async () => {
    const bot = '8001:secret';
    telegram.pushUpdates(
      bot,
      [1, 2, 3].map((update_id) => ({ update_id, ...message() })),
    );
    for (const call of [
      'getUpdates?offset=2',
      'sendMessage?chat_id=7&text=x',
      'sendMessage?chat_id=7&text=y',
    ]) {
      await fetch(`${telegram.url}/bot${bot}/${call}`);
    }
    const { result } = await state(`token=${bot}`);
    expect(result).toMatchObject({
      pending: 2,
      pendingIds: [2, 3],
      confirmed: 1,
      confirmedIds: [1],
      openPolls: 0,
      conflicts: 0,
      sentMessages: [{ chat_id: 7, text: 'x', date: expect.any(Number) }, { text: 'y' }],
      calls: { getUpdates: 1, sendMessage: 2 },
      webhook: null,
    });
    expect((await state(`token=${bot}&messages=1`)).result['sentMessages']).toMatchObject([{ text: 'y' }]);
    expect((await state(`token=${bot}&messages=0`)).result['sentMessages']).toEqual([]);
  });

  it.each([
    ['', 400],
    ['token=nonsense', 401],
  ])('refuses the query %o', async (query, error_code) => {
    expect(await state(query)).toMatchObject({ ok: false, error_code });
  });

  it('answers other paths and verbs with 404', async () => {
    expect((await fetch(`${telegram.url}/emulator/state`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${telegram.url}/emulator/nothing`)).status).toBe(404);
  });
});

describe('GET /emulator/events', () => {
  /** Reads events until one of the given type has come. */
  async function readUntil(type: string, init: RequestInit & { query?: string } = {}): Promise<string[]> {
    const response = await fetch(`${telegram.url}/emulator/events?${init.query ?? ''}`, init);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (reader !== undefined && !text.includes(`event: ${type}\n`)) {
      const { done, value } = await reader.read();
      if (done) break;
      text += value;
    }
    await reader?.cancel();
    return [...text.matchAll(/^event: (.+)$/gm)].map((match) => match[1] ?? '');
  }

  it('streams one bot’s events alone, without its token', async () => {
    const bot = '8002:secret';
    const other = '8003:secret';
    telegram.pushUpdates(bot, [{ update_id: 1, ...message() }]);
    const url = `${telegram.url}/emulator/events?token=${bot}`;
    const response = await fetch(url);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    telegram.pushUpdates(other, [message()]);
    await fetch(`${telegram.url}/bot${bot}/getUpdates?offset=2`);
    await fetch(`${telegram.url}/bot${bot}/sendMessage?chat_id=7&text=hello`);
    let text = '';
    while (reader !== undefined && !text.includes('hello')) text += (await reader.read()).value ?? '';
    await reader?.cancel();
    const types = [...text.matchAll(/^event: (.+)$/gm)].map((match) => match[1]);
    expect(types).toEqual(['poll-opened', 'updates-confirmed', 'poll-closed', 'message-sent']);
    expect(text).not.toContain('secret');
  });

  it('resumes after the last seen event', async () => {
    const bot = '8004:secret';
    telegram.pushUpdates(bot, [message(), { chat_member: {} }]);
    const init = { headers: { 'last-event-id': '0' }, query: `token=${bot}` };
    expect(await readUntil('update-filtered', init)).toEqual(['update-queued', 'update-filtered']);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultRequest, faultKinds } from '../../../services/lab/telegram-emulator/faults.ts';
import { startTelegramEmulator, type TestTelegram } from '../../support/telegram-emulator.ts';

let telegram: TestTelegram;
beforeAll(async () => {
  telegram = await startTelegramEmulator();
});
afterAll(() => telegram.stop());

let lastBot = 0;
function botWith(...faults: Omit<FaultRequest, 'token'>[]): string {
  lastBot += 1;
  const token = `${7000 + lastBot}:secret`;
  for (const fault of faults) telegram.fault({ ...fault, token });
  return token;
}

const getMe = (token: string, init?: RequestInit): Promise<Response> =>
  fetch(`${telegram.url}/bot${token}/getMe`, init);
const sendTo = (token: string, chatId: number): Promise<Response> =>
  fetch(`${telegram.url}/bot${token}/sendMessage?chat_id=${chatId}&text=x`);

describe('rule 21: an error of a kind', () => {
  it.each([
    ['500', 500, 'Internal Server Error'],
    ['401', 401, 'Unauthorized'],
    ['404-token', 404, 'Not Found'],
    [
      '409',
      409,
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    ],
  ] as const)('%s', async (kind, status, description) => {
    const response = await getMe(botWith({ kind }));
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ ok: false, error_code: status, description });
  });

  it('429 states its seconds three times', async () => {
    const response = await getMe(botWith({ kind: '429', retryAfter: 17 }));
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('17');
    expect(await response.json()).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 17',
      parameters: { retry_after: 17 },
    });
  });

  it('502-html is a page of nginx', async () => {
    const response = await getMe(botWith({ kind: '502-html' }));
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(await response.text()).toContain('<center>nginx');
  });

  it.each([
    ['403-blocked', 403, 'Forbidden: bot was blocked by the user'],
    ['400-chat-not-found', 400, 'Bad Request: chat not found'],
  ] as const)('%s is put on one chat and on calls with a chat alone', async (kind, status, description) => {
    const token = botWith({ kind, chatId: 7 });
    expect(await (await sendTo(token, 7)).json()).toEqual({ ok: false, error_code: status, description });
    expect((await sendTo(token, 8)).status).toBe(200);
    expect((await getMe(token)).status).toBe(200);
    expect(telegram.state(token).sentMessages).toMatchObject([{ chat_id: 8 }]);
  });
});

describe('a fault of the connection', () => {
  it('truncated: the call is executed and the body ends early', async () => {
    const token = botWith({ kind: 'truncated' });
    const response = await sendTo(token, 7);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(telegram.state(token).sentMessagesTotal).toBe(1);
  });

  it('lose-answer: the call is executed and no answer comes', async () => {
    const token = botWith({ kind: 'lose-answer' });
    await expect(sendTo(token, 7)).rejects.toThrow();
    expect(telegram.state(token).sentMessagesTotal).toBe(1);
  });

  it('reset: nothing is executed', async () => {
    const token = botWith({ kind: 'reset' });
    await expect(sendTo(token, 7)).rejects.toThrow();
    expect(telegram.state(token).sentMessagesTotal).toBe(0);
  });

  it('hang: nothing is executed and no answer comes until the client gives up', async () => {
    const token = botWith({ kind: 'hang' });
    const met = new Promise((resolve) =>
      telegram.onEvent(({ type }) => type === 'fault-met' && resolve(type)),
    );
    const giveUp = new AbortController();
    const call = getMe(token, { signal: giveUp.signal });
    await met;
    expect(telegram.state(token).calls).toEqual({});
    giveUp.abort();
    await expect(call).rejects.toThrow('aborted');
  });

  it('delay: executed later', async () => {
    const beforeMs = performance.now();
    const response = await getMe(botWith({ kind: 'delay', delayMs: 60 }));
    expect([response.status, performance.now() - beforeMs > 55]).toEqual([200, true]);
  });
});

describe('a fault', () => {
  it('hits the given number of calls, then calls go through', async () => {
    const token = botWith({ kind: '500', times: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await getMe(token)).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  it('without a number lasts until it is cleared', async () => {
    const token = botWith({ kind: '500' });
    for (let call = 0; call < 3; call += 1) expect((await getMe(token)).status).toBe(500);
    telegram.fault({ token, kind: 'none' });
    expect((await getMe(token)).status).toBe(200);
  });

  it('matches its method in any case', async () => {
    const token = botWith({ kind: '500', method: 'SENDMESSAGE' });
    expect([(await getMe(token)).status, (await sendTo(token, 7)).status]).toEqual([200, 500]);
  });

  it('matches only its token', async () => {
    botWith({ kind: '500' });
    expect((await getMe(botWith())).status).toBe(200);
  });

  it('takes effect after earlier ones are used up', async () => {
    const token = botWith({ kind: '500', times: 1 }, { kind: '401', times: 1 });
    expect([(await getMe(token)).status, (await getMe(token)).status]).toEqual([500, 401]);
  });

  it('is cleared by method, and others stay', async () => {
    const token = botWith({ kind: '500', method: 'getMe' }, { kind: '500', method: 'sendMessage' });
    telegram.fault({ token, method: 'getme', kind: 'none' });
    expect([(await getMe(token)).status, (await sendTo(token, 7)).status]).toEqual([200, 500]);
  });
});

describe('setting a fault over HTTP', () => {
  const set = async (body: unknown): Promise<unknown> =>
    (await fetch(`${telegram.url}/emulator/faults`, { method: 'POST', body: JSON.stringify(body) })).json();

  it('works for every kind, and shows it', async () => {
    const token = botWith();
    for (const kind of Object.keys(faultKinds))
      expect(await set({ token, kind, times: 1 })).toMatchObject({ ok: true });
    const shown = await (await fetch(`${telegram.url}/emulator/state?token=${token}`)).json();
    const kinds = (shown as { result: { faults: { kind: string }[] } }).result.faults.map(({ kind }) => kind);
    expect(kinds).toEqual(Object.keys(faultKinds));
    expect(JSON.stringify(shown)).not.toContain(token);
    expect(await set({ token, kind: 'none' })).toMatchObject({ ok: true });
    expect((await getMe(token)).status).toBe(200);
  });

  it('accepts a number as the kind, and short names', async () => {
    const token = botWith();
    expect(await set({ token, kind: 429, retryAfter: 3 })).toMatchObject({ result: { kind: '429' } });
    expect(await set({ token, kind: 'blocked' })).toMatchObject({ result: { kind: '403-blocked' } });
  });

  it.each([
    [{ kind: 'fire' }, 'kind: expected one of'],
    [{}, 'kind: expected one of'],
    [{ kind: '500', times: 'many' }, 'times: expected a number, got "many"'],
    ['500', 'expected a JSON object'],
  ])('refuses %o in one line', async (body, line) => {
    const answer = (await set(body)) as { error_code: number; description: string };
    expect(answer.error_code).toBe(400);
    expect(answer.description).toContain(line);
    expect(answer.description).not.toContain('\n');
  });
});

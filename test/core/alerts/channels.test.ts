import { describe, expect, it } from 'vitest';
import {
  sendTelegram,
  sendToInbox,
  sendToTopic,
  TopicError,
} from '../../../services/core/alerts/channels.ts';
import {
  type BotApi,
  BotApiRefusedError,
  BotApiUnreachableError,
} from '../../../services/core/platform/bot-api.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';

const entry = {
  id: 'outage-1:down',
  type: 'SYSTEM_MAINTENANCE',
  priority: 'URGENT',
  title: 'Down',
  text: 'why',
  ts: '2026-03-01T03:00:00.000Z',
  read: false,
} as const;
const buttons = [{ text: 'Repair', url: 'https://ops.example/x' }];

type Parameters = Readonly<Record<string, unknown>>;

/** A Bot API that fails as `failure` says for these parameters, and remembers what it was asked. */
function botApi(
  failure: (parameters: Parameters) => Error | undefined,
): BotApi & { readonly calls: Parameters[] } {
  const calls: Parameters[] = [];
  return {
    calls,
    async call<Result>(_method: string, parameters: Parameters) {
      calls.push(parameters);
      const error = failure(parameters);
      if (error !== undefined) throw error;
      return {} as Result;
    },
  };
}

const refused = (status: number, description: string, retryAfterSeconds?: number) =>
  new BotApiRefusedError('sendMessage', { status, description, retryAfterSeconds });

describe('sendTelegram', () => {
  it('sends title, text and a button a row, without link previews', async () => {
    const api = botApi(() => undefined);
    expect(await sendTelegram(api, '101', entry, buttons)).toEqual({ kind: 'sent' });
    expect(api.calls).toEqual([
      {
        chat_id: 101,
        text: 'Down\nwhy',
        link_preview_options: { is_disabled: true },
        protect_content: true,
        reply_markup: { inline_keyboard: [[buttons[0]]] },
      },
    ]);
  });

  it('cuts a text to Telegram’s limit', async () => {
    const api = botApi(() => undefined);
    await sendTelegram(api, '101', { ...entry, text: 'x'.repeat(5000) });
    expect(String(api.calls[0]?.['text'])).toHaveLength(4096);
  });

  it('sends again without buttons if Telegram refuses the buttons', async () => {
    const api = botApi(({ reply_markup: markup }) =>
      markup === undefined
        ? undefined
        : refused(400, "Bad Request: inline keyboard button URL 'x' is invalid"),
    );
    expect(await sendTelegram(api, '101', entry, buttons)).toEqual({ kind: 'sent' });
    expect(api.calls.map((call) => 'reply_markup' in call)).toEqual([true, false]);
  });

  it('sends plain text if Telegram refuses the message for another reason', async () => {
    const error = refused(400, 'Bad Request: strings must be encoded in UTF-8');
    const api = botApi(({ text }) => (/🔴/u.test(String(text)) ? error : undefined));
    const odd = { ...entry, title: '🔴 Down', text: 'Cause: why?\nNext step: \u0007run recover' };
    expect(await sendTelegram(api, '101', odd, buttons)).toEqual({ kind: 'sent' });
    expect(api.calls).toHaveLength(2);
    expect(api.calls[1]).toMatchObject({ text: 'Down\nCause: why?\nNext step: run recover' });
  });

  it('gives up if Telegram refuses the plain text as well', async () => {
    const api = botApi(() => refused(400, 'Bad Request: message text is empty'));
    expect(await sendTelegram(api, '101', entry, buttons)).toMatchObject({ kind: 'dead' });
    expect(api.calls).toHaveLength(2);
  });

  it('sends a well-formed text wherever it is cut', async () => {
    const api = botApi(() => undefined);
    for (const length of [4088, 4089, 4090, 4091]) {
      await sendTelegram(api, '101', { ...entry, text: `${'x'.repeat(length)}🔥 and more` });
    }
    const texts = api.calls.map(({ text }) => String(text));
    expect(texts.map((text) => text.isWellFormed())).toEqual([true, true, true, true]);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(4096);
  });

  it('does not send again to a chat that does not exist', async () => {
    const api = botApi(() => refused(400, 'Bad Request: chat not found'));
    expect(await sendTelegram(api, '101', entry, buttons)).toMatchObject({ kind: 'dead' });
    expect(api.calls).toHaveLength(1);
  });

  const notArrived = { kind: 'retry', mayHaveArrived: false } as const;
  it.each([
    ['gives up after 403', refused(403, 'Forbidden: bot was blocked'), { kind: 'dead' }],
    ['gives up after 400', refused(400, 'Bad Request: chat not found'), { kind: 'dead' }],
    ['retries in the next run after 500', refused(500, 'no'), { ...notArrived, delayMs: 0 }],
    ['retries in the next run after 401', refused(401, 'Unauthorized'), { ...notArrived, delayMs: 0 }],
    ['waits as long as a 429 asks', refused(429, 'Too Many', 150), { ...notArrived, delayMs: 150_000 }],
    [
      'retries without an answer, and says that the message may have arrived',
      new BotApiUnreachableError('sendMessage', 'HTTP 502', { aborted: false, cause: undefined }),
      { kind: 'retry', delayMs: 0, mayHaveArrived: true },
    ],
  ])('%s', async (_behaviour, error, outcome) => {
    expect(
      await sendTelegram(
        botApi(() => error),
        '101',
        entry,
      ),
    ).toMatchObject(outcome);
  });

  it('lets a bug through', async () => {
    await expect(
      sendTelegram(
        botApi(() => new TypeError('a bug')),
        '101',
        entry,
      ),
    ).rejects.toThrow('a bug');
  });
});

describe('sendToInbox', () => {
  const inbox = (push: () => Promise<boolean>) => ({
    push,
    list: async () => ({ entries: [], total: 0 }),
    markRead: async () => 0,
  });
  const failing = (error: Error) => inbox(() => Promise.reject(error));

  it('counts an entry that is there already as sent', async () => {
    expect(
      await sendToInbox(
        inbox(async () => false),
        '101',
        entry,
      ),
    ).toEqual({ kind: 'sent' });
  });

  it('retries if the store gave no answer: the entry may be there', async () => {
    const error = new StoreUnreachableError('push-inbox-1', new Error('no answer in time'));
    expect(await sendToInbox(failing(error), '101', entry)).toMatchObject({
      kind: 'retry',
      mayHaveArrived: true,
    });
  });

  it('gives up if the inbox key has the wrong type', async () => {
    const error = new StoreRefusedError('push-inbox-1', 'WRONGTYPE Operation against a key');
    expect(await sendToInbox(failing(error), '101', entry)).toMatchObject({ kind: 'dead' });
  });

  it.each(['NOAUTH Authentication required.', 'OOM command not allowed', 'Database not found'])(
    'tries again if the store refuses everything: %s',
    async (reply) => {
      const error = new StoreRefusedError('push-inbox-1', reply);
      expect(await sendToInbox(failing(error), '101', entry)).toMatchObject({
        kind: 'retry',
        mayHaveArrived: false,
      });
    },
  );

  it('lets a bug through', async () => {
    await expect(sendToInbox(failing(new TypeError('a bug')), '101', entry)).rejects.toThrow('a bug');
  });
});

describe('sendToTopic', () => {
  it('publishes the subject with title and text', async () => {
    const published: unknown[] = [];
    const topic = { publish: async (message: unknown) => void published.push(message) };
    expect(await sendToTopic(topic, { subject: 'StaffProBot is down', entry })).toEqual({ kind: 'sent' });
    expect(published).toEqual([{ subject: 'StaffProBot is down', text: 'Down\nwhy' }]);
  });

  it('publishes a well-formed text within the limit of SNS, whatever it was given', async () => {
    const texts: string[] = [];
    const topic = { publish: async ({ text }: { text: string }) => void texts.push(text) };
    await sendToTopic(topic, { subject: 's', entry: { ...entry, text: 'half \ud83d' } });
    await sendToTopic(topic, { subject: 's', entry: { ...entry, text: 'щ'.repeat(1_000_000) } });
    expect(texts[0]).toBe('Down\nhalf \ufffd');
    expect(Buffer.byteLength(texts[1] ?? '')).toBeLessThanOrEqual(256 * 1024);
  });

  it('keeps the footer whole, however long the text before it', async () => {
    const texts: string[] = [];
    const topic = { publish: async ({ text }: { text: string }) => void texts.push(text) };
    await sendToTopic(topic, { subject: 's', entry, footer: 'Repair with: paste this' });
    await sendToTopic(topic, {
      subject: 's',
      entry: { ...entry, text: 'щ'.repeat(1_000_000) },
      footer: 'Repair with: paste this',
    });
    expect(texts[0]).toBe('Down\nwhy\nRepair with: paste this');
    expect(texts[1]?.endsWith('щ…\nRepair with: paste this')).toBe(true);
    expect(Buffer.byteLength(texts[1] ?? '')).toBeLessThanOrEqual(256 * 1024);
  });

  it('gives up without a topic', async () => {
    expect(await sendToTopic(undefined, { subject: 's', entry })).toMatchObject({ kind: 'dead' });
  });

  it('retries after a failure of the topic: the message may have arrived', async () => {
    const topic = { publish: () => Promise.reject(new TopicError(new Error('socket hang up'))) };
    expect(await sendToTopic(topic, { subject: 's', entry })).toEqual({
      kind: 'retry',
      delayMs: 0,
      mayHaveArrived: true,
      why: 'SNS publish: Error: socket hang up',
    });
  });

  it('lets a bug through', async () => {
    const topic = { publish: () => Promise.reject(new TypeError('a bug')) };
    await expect(sendToTopic(topic, { subject: 's', entry })).rejects.toThrow('a bug');
  });
});

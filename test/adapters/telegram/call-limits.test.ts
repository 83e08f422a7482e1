import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  callTimeoutMs,
  hasFile,
  uploadTimeoutMs,
  withinLimits,
} from '../../../services/adapters/telegram/call-limits.ts';

/** The signals that `AbortSignal.timeout` gave, by their milliseconds: a test ends one when it likes. */
let timeouts: Map<number, AbortController>;
let over: AbortController;

beforeEach(() => {
  timeouts = new Map();
  over = new AbortController();
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController();
    timeouts.set(ms, controller);
    return controller.signal;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const message = { chat_id: 5, text: 'hi' };
const upload = { chat_id: 5, document: { source: Buffer.from('x') } };

/** A call that ends only when it is aborted, as node-fetch says it. */
const hangs = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The user aborted a request.')));
  });

const call = (payload: unknown, ownSignal?: AbortSignal) =>
  withinLimits({ method: 'sendDocument', payload, overSignal: over.signal, ownSignal }, hangs);

describe('a call of a handler', () => {
  it.each([
    ['a message', message, callTimeoutMs, /^sendDocument: .*no answer within 20 s/],
    ['an upload', upload, uploadTimeoutMs, /^sendDocument: .*the upload did not end within 300 s/],
  ])(
    'ends at its limit with an error that names the method and the limit: %s',
    async (_what, payload, limitMs, said) => {
      const called = call(payload);
      timeouts.get(limitMs)?.abort();
      await expect(called).rejects.toThrow(said);
      await expect(called).rejects.toMatchObject({ code: 'BOT_API_UNREACHABLE' });
    },
  );

  it('ends with the term, an upload too', async () => {
    const called = call(upload);
    over.abort();
    await expect(called).rejects.toMatchObject({ code: 'POLLING_LOCK_LOST' });
  });

  it('ends by the signal that the handler gave, with what the call says', async () => {
    const own = new AbortController();
    const called = call(message, own.signal);
    own.abort();
    await expect(called).rejects.toThrow('The user aborted a request.');
  });

  it('takes a signal of another kind too', async () => {
    const foreign = { aborted: true, addEventListener: () => {}, removeEventListener: () => {} };
    const limits = { method: 'sendMessage', payload: message, overSignal: over.signal, ownSignal: foreign };
    await expect(withinLimits(limits, async ({ aborted }) => aborted)).resolves.toBe(true);
  });

  it('gives its answer, and fails as it fails', async () => {
    const limits = { method: 'getMe', payload: {}, overSignal: over.signal, ownSignal: undefined };
    await expect(withinLimits(limits, async () => 'answer')).resolves.toBe('answer');
    const fails = withinLimits(limits, () => Promise.reject(new Error('429')));
    await expect(fails).rejects.toThrow(/^429$/);
  });
});

describe('an upload', () => {
  it.each([
    ['a buffer', { document: { source: Buffer.from('x') } }],
    ['a path', { photo: { source: './x.png' } }],
    ['a stream', { video: { source: Readable.from(['x']), filename: 'x.mp4' } }],
    ['an address that Telegraf fetches', { document: { url: 'https://files.example/x.pdf' } }],
    ['an album', { media: [{ type: 'photo', media: { source: './x.png' } }] }],
    ['a new medium', { media: { type: 'photo', media: { source: './x.png' } } }],
    ['a thumbnail', { document: 'file-id', thumbnail: { source: './x.png' } }],
  ])('is one: %s', (_what, payload) => expect(hasFile(payload)).toBe(true));

  it.each([
    ['a text', message],
    ['a file that Telegram has', { document: 'file-id' }],
    ['an address that Telegram fetches', { photo: 'https://files.example/x.png' }],
    ['a link in a text', { text: 'x', entities: [{ type: 'text_link', url: 'https://x.example' }] }],
    [
      'a link under a text',
      { reply_markup: { inline_keyboard: [[{ text: 'x', url: 'https://x.example' }]] } },
    ],
    ['a preview', { link_preview_options: { url: 'https://x.example' } }],
    ['nothing', undefined],
  ])('is none: %s', (_what, payload) => expect(hasFile(payload)).toBe(false));
});

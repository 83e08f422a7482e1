import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BotFixture, botToken, startBotFixture, type WorkerProcess } from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';

/** Fails as the message's text says. */
const handlers = `
const chain = () => {
  let error = new Error('no room left');
  for (let level = 0; level < 9; level++) error = new Error('step ' + level, { cause: error });
  return error;
};
const circle = { kind: 'ring' };
circle.self = circle;
// The address of a file holds the token.
const fileLink = async (ctx) => {
  const { document } = await ctx.replyWithDocument({ source: Buffer.from('x'), filename: 'x.txt' });
  return ctx.telegram.getFileLink(document.file_id);
};
const ways = {
  aborted: () => AbortSignal.abort().throwIfAborted(),
  timeout: () => { throw new DOMException('took too long', 'TimeoutError'); },
  clone: () => structuredClone(() => {}),
  frozen: () => { throw Object.freeze(new Error('books are shut')); },
  getter: () => { throw Object.defineProperty(new Error('x'), 'message', { get: () => 'rate is 0' }); },
  aggregate: () => Promise.any([Promise.reject(new Error('left is away')), Promise.reject(new Error('right is away'))]),
  chain: () => { throw chain(); },
  nothing: () => { throw undefined; },
  text: () => { throw 'just words'; },
  symbol: () => { throw Symbol('mark'); },
  circle: () => { throw circle; },
  bare: () => { throw Object.create(null); },
  proxy: () => { throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 1; } }); },
  call: (ctx) => ctx.telegram.callApi('noSuchMethod', {}),
  warning: async (ctx) => process.emitWarning('slow: ' + (await fileLink(ctx))),
  rejection: async (ctx) => {
    const url = await fileLink(ctx);
    void Promise.reject(new Error('unheard ' + url));
  },
  timer: async (ctx) => {
    const url = await fileLink(ctx);
    setTimeout(() => { throw new Error('GET ' + url + ': 500'); }, 5);
  },
};
export default (ctx, next) => (ways[ctx.message?.text] ?? next)(ctx);`;

type Line = Readonly<Record<string, unknown>>;

const folder = mkdtempSync(join(tmpdir(), 'failing-'));
let fixture: BotFixture;
let worker: WorkerProcess;

beforeAll(async () => {
  fixture = await startBotFixture();
  const path = join(folder, 'handlers.mjs');
  writeFileSync(path, handlers);
  worker = await fixture.worker({ BOT_HANDLERS: path });
});
afterAll(async () => {
  await fixture.stop();
  rmSync(folder, { recursive: true });
});

let chatId = 100;
const lines = (): readonly Line[] =>
  worker
    .stdout()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
/** The line of the log that the message's way of failing leads to. */
async function lineAfter(text: string, message: string): Promise<Line> {
  const before = lines().length;
  chatId += 1;
  fixture.telegram.pushText(botToken, { chatId, text });
  return until(`the log's line about ${text}`, async () =>
    lines()
      .slice(before)
      .find((line) => line['message'] === message),
  );
}

describe('a handler that fails', () => {
  it.each<[string, object]>([
    ['aborted', { name: 'AbortError', message: 'This operation was aborted' }],
    ['timeout', { name: 'TimeoutError', message: 'took too long' }],
    ['clone', { name: 'DataCloneError' }],
    ['frozen', { name: 'Error', message: 'books are shut' }],
    ['getter', { name: 'Error', message: 'rate is 0' }],
    [
      'aggregate',
      { name: 'AggregateError', errors: [{ message: 'left is away' }, { message: 'right is away' }] },
    ],
    ['nothing', { name: 'undefined' }],
    ['text', { name: 'string', message: 'just words' }],
    ['symbol', { name: 'symbol', message: 'Symbol(mark)' }],
    ['circle', { name: 'object', message: expect.stringContaining("kind: 'ring'") }],
    ['bare', { name: 'object' }],
    ['proxy', { message: '(unreadable)' }],
  ])('is logged with its real error, type and chat: %s', async (text, error) => {
    const line = await lineAfter(text, 'a handler failed');
    expect(line).toMatchObject({ level: 'error', type: 'message', lane: `chat ${chatId}`, error });
  });

  it('is logged with the root of a long chain of causes', async () => {
    const line = await lineAfter('chain', 'a handler failed');
    expect(line).toMatchObject({ error: { name: 'Error', message: 'step 8' } });
    expect(JSON.stringify(line)).toContain('"rootCause":{"name":"Error","message":"no room left"');
  });

  it('is logged with the method of the call that failed', async () => {
    expect(await lineAfter('call', 'a handler failed')).toMatchObject({
      method: 'noSuchMethod',
      error: { name: 'TelegramError' },
    });
  });

  it('is counted as failed, each time', async () => {
    const metrics = await (await fetch(worker.metricsUrl)).text();
    expect(metrics).toContain('staffprobot_bot_updates_handled_total{result="failed"} 14');
  });
});

describe('what leaves a handler', () => {
  it('is a line of the log if it is a warning', async () => {
    const line = await lineAfter('warning', 'a warning of the process');
    expect(line).toMatchObject({ level: 'warn', error: { name: 'Warning' } });
    expect(line['error']).toMatchObject({
      message: expect.stringMatching(/^slow: http:.*\/documents\/file_\d+\.txt$/),
    });
  });

  it('is a line of the log if it is a rejected promise', async () => {
    const line = await lineAfter('rejection', 'unhandled promise rejection');
    expect(line).toMatchObject({ level: 'error', error: { message: expect.stringMatching(/^unheard/) } });
  });

  it('ends the process with 70 and one line if it is an exception', async () => {
    const line = await lineAfter('timer', 'the process ends by an uncaught exception');
    expect(line).toMatchObject({
      level: 'error',
      error: { message: expect.stringMatching(/^GET .*: 500$/) },
    });
    expect(await worker.ended).toBe(70);
  });

  it('shows no token and writes nothing to stderr', () => {
    expect(worker.stderr()).toBe('');
    expect(worker.output()).not.toContain(botToken);
  });
});

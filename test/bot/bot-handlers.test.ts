import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotFixture, botToken, longLease, startBotFixture } from '../support/bot-fixture.ts';

let fixture: BotFixture;

beforeEach(async () => {
  fixture = await startBotFixture();
});
afterEach(() => fixture.stop());

const say = (text: string, { from = 5, languageCode = 'en' } = {}): void => {
  fixture.telegram.pushText(botToken, { chatId: from, text, languageCode });
};
const answer = async (pattern: RegExp) =>
  (await fixture.telegram.waitForSentMessage(botToken, ({ text }) => pattern.test(text ?? ''))).text;

describe('BOT_HANDLERS', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handlers-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (text: string): string => {
    const path = join(folder, 'features.mjs');
    writeFileSync(path, text);
    return path;
  };

  it('adds the company’s own features after the shipped commands', async () => {
    const path = write(`
      export const allowedUpdates = ['message', 'chat_member'];
      export default async (ctx, next) => {
        if (ctx.message?.text === 'ping') await ctx.reply('pong, attempt ' + ctx.state.attempt);
        await next();
      };`);
    await fixture.worker({ BOT_HANDLERS: path });
    say('ping');
    expect(await answer(/^pong/)).toBe('pong, attempt 1');
    say('/start');
    await answer(/^Hello!/);
    expect(fixture.telegram.state(botToken).allowedUpdates).toEqual([
      'message',
      'callback_query',
      'chat_member',
    ]);
  });

  it.each([
    ['a missing module', 'nowhere.mjs', undefined],
    ['a default export that is not middleware', 'features.mjs', 'export default 42;'],
    ['a module that throws', 'features.mjs', 'throw new Error("boom");'],
  ])('refuses %s in one line, with exit code 78', async (_name, file, text) => {
    if (text !== undefined) write(text);
    const worker = await fixture.worker({ BOT_HANDLERS: join(folder, file) });
    expect(await worker.ended).toBe(78);
    expect(worker.stderr()).toMatch(/^BOT_HANDLERS: expected a module .*, got .*; give a path .*\n$/);
  });

  it('calls its hooks in order: before polling, beside it, and after the lock is released', async () => {
    const worker = await fixture.worker({
      ...longLease,
      BOT_HANDLERS: write(`
        let bot;
        export const setup = async (context) => {
          bot = context;
          const refusal = await bot.telegram.sendMessage(5, 'too early').catch(({ code }) => code);
          bot.logger.info('setup', { asked: (await bot.telegram.getMe()).is_bot, refusal });
        };
        export const onLeading = async (signal) => {
          await bot.telegram.sendMessage(5, 'leading');
          bot.logger.info('leading');
          signal.addEventListener('abort', () => bot.logger.info('leading ends'));
        };
        export const onStop = () => bot.logger.info('stopped', { signal: bot.signal.aborted });
        export default () => {};`),
    });
    await answer(/^leading$/);
    await worker.says(/"message":"leading"/);
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    const lines = worker.stdout().trimEnd().split('\n');
    const said = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const hooks = ['setup', 'leading', 'leading ends', 'released the polling lock', 'stopped'];
    const order = said.filter(({ message }) => hooks.includes(String(message)));
    expect(order.map(({ message }) => message)).toEqual(hooks);
    expect(order[0]).toMatchObject({ asked: true, refusal: 'POLLING_LOCK_LOST' });
    expect(order.at(-1)).toMatchObject({ signal: true });
    expect(fixture.telegram.state(botToken).sentMessages.map(({ text }) => text)).toEqual(['leading']);
  });

  it('polls on if onLeading throws, and tells onError of a handler that throws', async () => {
    const worker = await fixture.worker({
      BOT_HANDLERS: write(`
        export const onLeading = () => { throw new Error('no schedule'); };
        export const onError = async (error, ctx) => {
          await ctx.reply('sorry: ' + error.message);
          throw new Error('the hook is broken too');
        };
        export default (ctx) => { throw new Error('no ' + ctx.message.text); };`),
    });
    say('lunch');
    await answer(/^sorry: no lunch$/);
    await worker.says(/"a handler failed"/);
    expect(worker.stdout()).toMatch(/"the hook onLeading failed".*no schedule/);
    expect(worker.stdout()).toMatch(/"the hook onError failed".*"lane":"chat 5".*the hook is broken too/);
    expect(worker.stdout()).toMatch(/"a handler failed".*"no lunch"/);
    const metrics = await (await fetch(worker.metricsUrl)).text();
    expect(metrics).toMatch(/updates_handled_total\{result="failed"\} 1/);
  });

  it.each([
    [
      "export const setup = () => { throw new Error('no database'); };",
      /setup succeeds, got a failure \(no database, at .*features\.mjs:1\); /,
    ],
    ['export const onStop = 7;', /export onStop is a function, got a value of type number; /],
    [
      'export const onLeadin = () => {};',
      /an export onLeadin, which nothing calls; did you mean onLeading\?/,
    ],
  ])('refuses %s in one line, with exit code 78', async (hook, says) => {
    const worker = await fixture.worker({ BOT_HANDLERS: write(`${hook} export default () => {};`) });
    expect(await worker.ended).toBe(78);
    expect(worker.stderr()).toMatch(/^BOT_HANDLERS: expected a module .*\n$/);
    expect(worker.stderr()).toMatch(says);
    expect(fixture.telegram.state(botToken).calls['getUpdates'] ?? 0).toBe(0);
  });

  it.each([
    ["['mesage']", 'one with "mesage"; did you mean message?'],
    ["['message', 'edited-message']", 'one with "edited-message"; did you mean edited_message?'],
    ["['message', 7]", 'one with a value of type number; write names only'],
    ["'message'", "a value of type string; write it like ['message', 'chat_member'], or leave it out"],
    ['null', 'a value of type null; write it like'],
    ["new Set(['message'])", 'a value of type object; write it like'],
  ])('refuses allowedUpdates = %s in one line, with exit code 78', async (value, says) => {
    const path = write(`export const allowedUpdates = ${value}; export default () => {};`);
    const worker = await fixture.worker({ BOT_HANDLERS: path });
    expect(await worker.ended).toBe(78);
    expect(worker.stderr()).toMatch(/^BOT_HANDLERS: expected a module whose export allowedUpdates is .*\n$/);
    expect(worker.stderr()).toContain(says);
    expect(worker.stdout()).toBe('');
  });

  it.each([
    ['./nope.ts', `there is no file ${join(process.cwd(), 'nope.ts')}`],
    ['./services', `there is no file ${join(process.cwd(), 'services')}`],
    ['nope.ts', `there is neither a file ${join(process.cwd(), 'nope.ts')} nor such a package`],
    ['@company/features', 'nor such a package'],
  ])('says where it looked for %s', async (specifier, where) => {
    const worker = await fixture.worker({ BOT_HANDLERS: specifier });
    expect(await worker.ended).toBe(78);
    expect(worker.stderr()).toContain(`got "${specifier}", which cannot be loaded (`);
    expect(worker.stderr()).toContain(where);
    expect(worker.stderr()).not.toContain('services/bot');
  });

  it('names the missing import of a module that exists', async () => {
    const worker = await fixture.worker({
      BOT_HANDLERS: write("import 'no-such-package'; export default () => {};"),
    });
    expect(await worker.ended).toBe(78);
    expect(worker.stderr()).toContain("'no-such-package' imported from");
  });
});

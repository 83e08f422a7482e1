/** The kit, used as somebody uses it who writes handlers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Composer, type Context, Markup } from 'telegraf';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestBot, type TestBot } from '../../services/testing/index.ts';

const answerWithinMs = 1500;
const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const;
let bot: TestBot;
/** The handlers of the present test. */
let features: Composer<Context>;

beforeAll(async () => {
  bot = await startTestBot({
    handlers: (ctx, next) => features.middleware()(ctx, next),
    superadminIds: [77],
    answerWithinMs,
  });
});
afterAll(() => bot.stop());
afterEach(() => {
  vi.useRealTimers();
  bot.fault({ kind: 'none' });
});

function install(register: (own: Composer<Context>) => void): void {
  features = new Composer();
  register(features);
}

describe('an act', () => {
  it('resolves with what the bot sent to this chat until the handler had ended', async () => {
    install((own) =>
      own.hears('two', async (ctx) => {
        await ctx.reply('one');
        await ctx.telegram.sendMessage(4711, 'to somebody else');
        await ctx.reply('two');
      }),
    );
    const anna = bot.person('Anna');
    const { text, messages } = await anna.say('two');
    expect(text).toBe('two');
    expect(messages.map((message) => message.text)).toEqual(['one', 'two']);
    expect(await anna.say('nothing')).toEqual({ text: undefined, messages: [], notice: undefined });
    expect(anna.sent()).toHaveLength(2);
  });

  it('rejects with the error of the handler, and the next one works', async () => {
    install((own) => {
      own.hears('fail', () => Promise.reject(new RangeError('no such day')));
      own.hears('hi', (ctx) => ctx.reply('hello'));
    });
    const anna = bot.person('Anna');
    await expect(anna.say('fail')).rejects.toThrow(new RangeError('no such day'));
    expect((await anna.say('hi')).text).toBe('hello');
  });

  it('says what still runs if its handler does not end', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    install((own) => own.hears('wait', () => promise));
    const said = bot.person('Anna').say('wait');
    await expect(said).rejects.toThrow(
      `say "wait": expected its handler to end within ${answerWithinMs} ms, but it still runs`,
    );
    resolve();
  });

  it('may be one of many people at once, each in their own chat', async () => {
    install((own) => own.on('text', (ctx) => ctx.reply(`${ctx.from.first_name}: ${ctx.text}`)));
    const [anna, boris] = [bot.person('Anna'), bot.person('Boris')];
    const office = bot.group('Office');
    const reactions = await Promise.all([anna.say('a'), boris.say('b'), anna.in(office).say('c')]);
    expect(reactions.map(({ text }) => text)).toEqual(['Anna: a', 'Boris: b', 'Anna: c']);
    expect(
      boris
        .in(office)
        .sent()
        .map(({ text }) => text),
    ).toEqual(['Anna: c']);
  });

  it('may be a message of any kind, or any update', async () => {
    const seen: unknown[] = [];
    install((own) => {
      own.on('contact', (ctx) => ctx.reply(ctx.message.contact.phone_number));
      own.on('my_chat_member', (ctx) => void seen.push(ctx.myChatMember.new_chat_member.status));
    });
    const anna = bot.person('Anna');
    const reaction = await anna.send({ contact: { phone_number: '+49 1', first_name: 'Anna' } });
    expect(reaction.text).toBe('+49 1');
    const chat = { id: anna.id, type: 'private', first_name: 'Anna' };
    const from = { id: anna.id, is_bot: false, first_name: 'Anna' };
    const [member, kicked] = ['member', 'kicked'].map((status) => ({ user: from, status }));
    await bot.push({
      my_chat_member: { chat, from, date: 1, old_chat_member: member, new_chat_member: kicked },
    });
    expect(seen).toEqual(['kicked']);
    await expect(bot.push({ chat_member: { chat, from, date: 1 } })).rejects.toThrow(
      'push chat_member: the bot does not ask for updates of the kind chat_member; name it in allowedUpdates',
    );
  });
});

describe('a file', () => {
  it('from a person can be downloaded by the bot, and the bot’s by the person', async () => {
    install((own) => {
      own.on('photo', async (ctx) => {
        const link = await ctx.telegram.getFileLink(ctx.message.photo.at(-1)?.file_id ?? '');
        const { byteLength } = await (await fetch(link)).arrayBuffer();
        await ctx.reply(`${byteLength} bytes: ${ctx.message.caption}`);
      });
      own.on('document', async (ctx) => {
        const link = await ctx.telegram.getFileLink(ctx.message.document.file_id);
        const source = Buffer.from((await (await fetch(link)).text()).toUpperCase());
        await ctx.replyWithDocument(
          { source, filename: `re-${ctx.message.document.file_name}` },
          { caption: 'done' },
        );
      });
    });
    const anna = bot.person('Anna');
    expect((await anna.sendPhoto({ caption: 'me' })).text).toMatch(/^\d\d bytes: me$/);
    await expect(anna.sendPhoto({ bytes: Buffer.alloc(5) })).rejects.toThrow(
      'send a photo: expected a file that Telegram takes, got 5 bytes, which it refuses (Bad Request: IMAGE_PROCESS_FAILED)',
    );
    const report = { kind: 'document', bytes: Buffer.from('hours 8'), name: 'hours.txt' } as const;
    const { text, messages } = await anna.sendFile(report);
    expect(text).toBe('done');
    expect(messages[0]?.fields).toMatchObject({ document: { file_name: 're-hours.txt' } });
    expect(messages.map((message) => String(bot.download(message)))).toEqual(['HOURS 8']);
  });

  it('is missing in a text', async () => {
    install((own) => own.hears('hi', (ctx) => ctx.reply('hello')));
    const { messages } = await bot.person('Anna').say('hi');
    expect(() => messages.map((message) => bot.download(message))).toThrow(
      'download: expected a message with a file, got "hello"',
    );
  });
});

describe('a button', () => {
  it('is pressed by its label under the newest message that has it', async () => {
    const keyboard = Markup.inlineKeyboard([
      [Markup.button.callback('Yes', 'y'), Markup.button.callback('No', 'n')],
    ]);
    install((own) => {
      own.hears('ask', (ctx) => ctx.reply('Sure?', keyboard));
      own.action('y', async (ctx) => {
        await ctx.answerCbQuery('Noted');
        await ctx.editMessageText('Done');
      });
    });
    const anna = bot.person('Anna');
    expect((await anna.say('ask')).messages[0]?.buttons).toEqual([['Yes', 'No']]);
    const pressed = await anna.press('Yes');
    expect(pressed).toMatchObject({
      text: 'Done',
      notice: 'Noted',
      messages: [{ isEdit: true, buttons: [] }],
    });
    await expect(anna.press('Yes')).rejects.toThrow(
      'press "Yes": expected such a button in the chat with Anna, got no button at all',
    );
    await anna.say('ask');
    await expect(anna.press('Maybe')).rejects.toThrow('in the chat with Anna, got "Yes", "No"');
    expect(await anna.press('No')).toMatchObject({ messages: [], notice: undefined });
  });

  it('of a keyboard says its label; one that opens a page tells the bot nothing', async () => {
    install((own) => {
      own.hears('menu', (ctx) => ctx.reply('Choose', Markup.keyboard([['Hours', 'Holidays']])));
      own.hears('Holidays', (ctx) =>
        ctx.reply('See', Markup.inlineKeyboard([Markup.button.url('Calendar', 'https://example.com/')])),
      );
    });
    const anna = bot.person('Anna');
    await anna.say('menu');
    expect((await anna.press('Holidays')).text).toBe('See');
    await expect(anna.press('Calendar')).rejects.toThrow('press "Calendar": it opens https://example.com/');
  });
});

describe('what comes later', () => {
  it('is awaited, not slept for', async () => {
    install((own) =>
      own.hears('later', (ctx) => {
        setTimeout(() => void ctx.reply('later, 1').then(() => ctx.reply('later, 2')), 20);
      }),
    );
    const anna = bot.person('Anna');
    expect((await anna.say('later')).messages).toEqual([]);
    expect((await anna.next()).text).toBe('later, 1');
    expect((await anna.next()).text).toBe('later, 2');
  });

  it('comes when the fake timers of the test say so, while bot and kit go on in real time', async () => {
    vi.useFakeTimers({ toFake: [...toFake], now: Date.UTC(2026, 11, 24, 9) });
    install((own) => {
      own.hears('remind me', (ctx) => {
        setTimeout(() => void ctx.reply(`It is ${new Date().toISOString()}`), 8 * 3_600_000);
      });
      own.hears('when', (ctx) => ctx.reply(new Date(ctx.message.date * 1000).toISOString()));
    });
    const anna = bot.person('Anna');
    await anna.say('remind me');
    expect((await anna.say('when')).text).toBe('2026-12-24T09:00:00.000Z');
    await vi.advanceTimersByTimeAsync(8 * 3_600_000);
    expect((await anna.next()).text).toBe('It is 2026-12-24T17:00:00.000Z');
  });

  it('fake timers that stop the worker are named', async () => {
    install((own) => own.hears('hi', (ctx) => ctx.reply('hello')));
    await using own = await startTestBot({ answerWithinMs: 200 });
    const anna = own.person('Anna');
    vi.useFakeTimers({ toFake: ['setImmediate'] });
    await expect(anna.next()).rejects.toThrow('setImmediate is faked, and without it');
    vi.useRealTimers();
  });

  it('is missed in words', async () => {
    install((own) => own.hears('hi', (ctx) => ctx.reply('hello')));
    const anna = bot.person('Anna');
    await expect(anna.next()).rejects.toThrow(
      `next: expected a message in the chat with Anna within ${answerWithinMs} ms, got none`,
    );
    await anna.say('hi');
    await expect(anna.next()).rejects.toThrow('got none after "hello"');
  });
});

describe('as in production', () => {
  it('the bot’s own commands come first, in the language of the person', async () => {
    install((own) => own.command('help', (ctx) => ctx.reply('mine')));
    expect((await bot.person('Anna', { languageCode: 'ru' }).say('/help')).text).toContain('/get_chat_id');
    expect((await bot.person('Anna').say('/status')).text).toContain('This command is for superadmins');
    const boris = bot.person('Boris', { id: 77 });
    expect((await boris.say('/status')).text).toContain('Polling: host test');
  });

  it('a call that Telegram refuses is the handler’s error', async () => {
    install((own) => own.hears('hi', (ctx) => ctx.reply('hello')));
    const anna = bot.person('Anna');
    bot.fault({ method: 'sendMessage', kind: '403-blocked', times: 1 });
    await expect(anna.say('hi')).rejects.toThrow('bot was blocked by the user');
    expect((await anna.say('hi')).text).toBe('hello');
  });
});

describe('the handlers', () => {
  it('may come before anything else', async () => {
    const handlers = new Composer().command('help', (ctx) => ctx.reply('mine'));
    await using own = await startTestBot({ handlers, shippedCommands: false });
    expect((await own.person('Anna').say('/help')).text).toBe('mine');
  });

  it('may be a module, whose allowedUpdates are asked for', async () => {
    await using own = await startTestBot({ handlers: 'test/docs/example-lunch.ts' });
    expect((await own.person('Anna').say('/lunch')).text).toBe('Lunch at noon?');
    const edited = { message_id: 1, date: 1, chat: { id: 5, type: 'private' }, text: '/lunch' };
    await expect(own.push({ edited_message: edited })).rejects.toThrow('of the kind edited_message');
  });

  it('may be missing: then the bot’s own commands answer', async () => {
    await using own = await startTestBot();
    expect((await own.person('Anna').say('/start')).text).toContain('/help');
  });

  it('may have hooks, of which a failing setup is the start’s error', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'staffprobot-kit-'));
    const module = join(folder, 'features.mjs');
    writeFileSync(
      module,
      `export default (ctx) => ctx.reply(said);
      let said = '';
      export const setup = async ({ telegram }) => { said = (await telegram.getMe()).first_name; };
      export const onStop = () => { if (said !== 'Lab bot') throw new Error(said); globalThis.kitStopped = true; };`,
    );
    const own = await startTestBot({ handlers: module });
    expect((await own.person('Anna').say('hi')).text).toBe('Lab bot');
    await own.stop();
    expect(Reflect.get(globalThis, 'kitStopped')).toBe(true);
    Reflect.deleteProperty(globalThis, 'kitStopped');
    const failing = join(folder, 'failing.mjs');
    writeFileSync(
      failing,
      "export default () => {}; export function setup() { throw new Error('no database'); }",
    );
    await expect(startTestBot({ handlers: failing })).rejects.toThrow('no database');
    rmSync(folder, { recursive: true });
  });

  it('are refused as a start of the bot refuses them', async () => {
    await expect(startTestBot({ handlers: './no-such-file.ts' })).rejects.toThrow('there is no file');
  });
});

/** Everyday scenarios with files, by the real clients: a person's photo in, files out. */
import { Bot, InputFile, InputMediaBuilder } from 'grammy';
import { Telegraf } from 'telegraf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTelegramEmulator, type TestTelegram } from '../../support/telegram-emulator.ts';
import { png } from './files/image-fixture.ts';

const chatId = 42;
const image = png(640, 480);
let telegram: TestTelegram;
beforeAll(async () => {
  telegram = await startTelegramEmulator();
});
afterAll(() => telegram.stop());

let lastBot = 7000;
function newToken(): string {
  lastBot += 1;
  return `${lastBot}:secret`;
}

function pushPhoto(token: string): void {
  const from = { id: chatId, is_bot: false, first_name: 'Anna' };
  const chat = { id: chatId, type: 'private', first_name: 'Anna' };
  const content = telegram.addFile(token, { kind: 'photo', bytes: image });
  telegram.pushUpdates(token, [{ message: { message_id: 1, date: 0, from, chat, ...content } }]);
}

async function download(url: string | URL): Promise<Buffer> {
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}

describe('Telegraf', () => {
  it('downloads a person’s photo and answers with a file', async () => {
    const token = newToken();
    const bot = new Telegraf(token, { telegram: { apiRoot: telegram.url } });
    bot.on('message', async (context) => {
      const photo = 'photo' in context.message ? context.message.photo : [];
      const link = await context.telegram.getFileLink(photo.at(-1)?.file_id ?? '');
      const source = await download(link);
      await context.replyWithDocument({ source, filename: 'копия.png' }, { caption: `${source.length}` });
    });
    pushPhoto(token);
    const launched = bot.launch();
    const answer = await telegram.waitForSentMessage(token, () => true);
    const document = answer['document'] as { file_id: string };
    expect(answer).toMatchObject({ caption: `${image.length}`, document: { file_name: 'копия.png' } });
    expect(telegram.file(token, document.file_id)?.bytes).toEqual(image);
    bot.stop('test');
    await launched;
  });

  it('sends every kind of media, and albums', async () => {
    const { telegram: api } = new Telegraf(newToken(), { telegram: { apiRoot: telegram.url } });
    const source = Buffer.from('content');
    const { photo } = await api.sendPhoto(chatId, { source: image });
    const album = await api.sendMediaGroup(chatId, [
      { type: 'photo', media: { source: image }, caption: 'new' },
      { type: 'photo', media: photo.at(-1)?.file_id ?? '' },
    ]);
    expect(album).toMatchObject([{ caption: 'new' }, { photo }]);
    expect(await api.sendVoice(chatId, { source }, { duration: 3 })).toMatchObject({
      voice: { duration: 3 },
    });
    expect(await api.sendAudio(chatId, { source }, { title: 'T' })).toMatchObject({ audio: { title: 'T' } });
    expect(await api.sendVideo(chatId, { source })).toHaveProperty('video');
    expect(await api.sendAnimation(chatId, { source })).toHaveProperty('animation');
    expect(await api.sendSticker(chatId, { source })).toHaveProperty('sticker');
    expect(await api.sendVideoNote(chatId, { source })).toHaveProperty('video_note');
    expect(await api.sendLocation(chatId, 1, 2)).toMatchObject({ location: { latitude: 1 } });
    expect(await api.sendContact(chatId, '+1', 'Anna')).toMatchObject({ contact: { first_name: 'Anna' } });
    await expect(api.sendPhoto(chatId, 'https://example.com/a.png')).rejects.toThrow(
      '400: Bad Request: failed to get HTTP URL content',
    );
  });
});

describe('grammY', () => {
  it('downloads a person’s photo and answers with an album', async () => {
    const token = newToken();
    const bot = new Bot(token, { client: { apiRoot: telegram.url } });
    bot.on('message:photo', async (context) => {
      const file = await context.getFile();
      const bytes = await download(`${telegram.url}/file/bot${token}/${file.file_path}`);
      await context.replyWithMediaGroup([
        InputMediaBuilder.document(new InputFile(bytes, 'one.png')),
        InputMediaBuilder.document(new InputFile(Buffer.from('two'), 'two.txt'), { caption: 'both' }),
      ]);
    });
    pushPhoto(token);
    const started = bot.start();
    const last = await telegram.waitForSentMessage(token, ({ caption }) => caption === 'both');
    const [first] = telegram.state(token).sentMessages;
    expect(first).toMatchObject({
      document: { file_name: 'one.png', file_size: image.length },
      media_group_id: last['media_group_id'],
    });
    await bot.stop();
    await started;
  });

  it('edits, copies and forwards what it has sent', async () => {
    const { api } = new Bot(newToken(), { client: { apiRoot: telegram.url } });
    const sent = await api.sendPhoto(chatId, new InputFile(image, 'a.png'), { caption: 'old' });
    expect(await api.editMessageCaption(chatId, sent.message_id, { caption: 'new' })).toMatchObject({
      caption: 'new',
    });
    const media = InputMediaBuilder.document(new InputFile(Buffer.from('x'), 'x.txt'));
    expect(await api.editMessageMedia(chatId, sent.message_id, media)).toMatchObject({
      document: { file_name: 'x.txt' },
    });
    const { message_id } = await api.copyMessage(43, chatId, sent.message_id);
    expect(await api.forwardMessage(chatId, 43, message_id)).toMatchObject({
      document: { file_name: 'x.txt' },
      forward_origin: { type: 'user' },
    });
    expect(await api.deleteMessages(chatId, [sent.message_id])).toBe(true);
  });
});

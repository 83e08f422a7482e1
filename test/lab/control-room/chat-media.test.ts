import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Conversations } from '../../../services/lab/chats/conversations.ts';
import { people } from '../../../services/lab/chats/people.ts';
import { sendFile, sendMedia } from '../../../services/lab/control-room/chat-media.ts';
import { listenOnLoopback } from '../../../services/lab/shared/loopback-server.ts';
import { BotApiRefusal } from '../../../services/lab/telegram-emulator/errors.ts';
import type { StoredFile } from '../../../services/lab/telegram-emulator/files/file-store.ts';

const [anna] = people;
if (anna === undefined) throw new Error('the lab has no people');

function chats(): { sent: unknown[] } & Pick<Conversations, 'send' | 'sendFiles' | 'file'> {
  const sent: unknown[] = [];
  return {
    sent,
    send: (_, content) => sent.push(content),
    sendFiles(_, files, caption) {
      if (files.some(({ name }) => name === 'bad.png')) throw new BotApiRefusal(400, 'Bad Request: no image');
      sent.push({ files: files.map(({ name, bytes }) => `${name}:${bytes}`), caption });
      return [1];
    },
    file: () => undefined,
  };
}

const file = { name: 'a.txt', type: 'text/plain', base64: Buffer.from('words').toString('base64') };

describe('POST /api/chat/media', () => {
  it.each<[Record<string, unknown>, unknown]>([
    [
      { files: [file, file], text: ' look ' },
      { files: ['a.txt:words', 'a.txt:words'], caption: 'look' },
    ],
    [{ location: { latitude: 1, longitude: -2, x: 3 } }, { location: { latitude: 1, longitude: -2 } }],
    [
      { contact: true },
      { contact: { phone_number: expect.stringMatching(/^\+\d+$/), first_name: 'Anna', user_id: 1001 } },
    ],
  ])('sends %o', (body, message) => {
    const conversations = chats();
    expect(sendMedia(conversations, { person: anna, body, locale: 'en' })).toEqual({ messageIds: [1] });
    expect(conversations.sent).toEqual([message]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{}, 'files: expected 1 to 10 files'],
    [{ files: [] }, 'files: expected 1 to 10 files'],
    [{ files: Array.from({ length: 11 }, () => file) }, 'files: expected 1 to 10 files'],
    [{ files: [{ ...file, base64: '' }] }, 'files: expected 1 to 10 files'],
    [{ files: [{ ...file, type: undefined }] }, 'files: expected 1 to 10 files'],
    [{ files: [file], text: 'x'.repeat(1025) }, 'text: expected at most 1024 characters'],
    [{ files: [{ ...file, name: 'bad.png' }] }, 'Bad Request: no image'],
    [{ location: { latitude: '1', longitude: 2 } }, 'location: expected latitude and longitude'],
    [{ location: { latitude: 91, longitude: 2 } }, 'location: expected latitude and longitude'],
  ])('refuses %o', (body, why) => {
    const conversations = chats();
    const refused = sendMedia(conversations, { person: anna, body, locale: 'en' });
    expect(refused).toEqual(expect.stringContaining(why));
    expect(conversations.sent).toEqual([]);
  });
});

describe('GET /api/chat/file', () => {
  let server: Server;
  let url: string;
  let stored: Partial<StoredFile> | undefined;

  beforeEach(async () => {
    const conversations = { ...chats(), file: () => stored as StoredFile | undefined };
    server = createServer((_, response) => sendFile(conversations, 'id', response));
    ({ url } = await listenOnLoopback(server, 0));
  });

  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    ['image/png', 'image/png', 'inline'],
    ['audio/ogg', 'audio/ogg', 'inline'],
    ['image/svg+xml', 'application/octet-stream', 'attachment'],
    ['text/html', 'application/octet-stream', 'attachment'],
    ['image/png\r\nx: y', 'application/octet-stream', 'attachment'],
  ])('a file of the type %j is %s, %s', async (mimeType, contentType, disposition) => {
    stored = { mimeType, bytes: Buffer.from('bytes') };
    const response = await fetch(url);
    expect(await response.text()).toBe('bytes');
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(response.headers.get('content-disposition')).toBe(disposition);
  });

  it('is not found without a file', async () => {
    stored = undefined;
    expect((await fetch(url)).status).toBe(404);
  });
});

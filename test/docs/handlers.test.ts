/** Runs the example of `docs/handlers.md` in a real worker and checks that it does what the page says. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BotFixture,
  botToken,
  longLease,
  startBotFixture,
  type WorkerProcess,
} from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';
import { allowedUpdates } from './example-handlers.ts';

const root = join(import.meta.dirname, '../..');
const example = 'test/docs/example-handlers.ts';
const schedules = 'test/docs/example-schedules.ts';
const page = readFileSync(join(root, 'docs/handlers.md'), 'utf8');

it.each([example, schedules])('docs/handlers.md shows %s verbatim', (file) => {
  expect(page).toContain(`\n\`\`\`ts\n${readFileSync(join(root, file), 'utf8')}\`\`\`\n`);
  expect(page).toContain(`(../${file})`);
});

interface Booking {
  readonly path: string;
  readonly hours: number;
  readonly attempt: number;
}

describe('the example in a real worker', () => {
  const person = 5;
  let stage: BotFixture;
  let bookkeeper: Server;
  let booked: Booking[];
  /** The status of the bookkeeper's answers; undefined: it never answers. */
  let status: number | undefined;

  beforeEach(async () => {
    stage = await startBotFixture();
    booked = [];
    status = 200;
    bookkeeper = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        booked.push({ path: request.url ?? '', ...(JSON.parse(body) as Omit<Booking, 'path'>) });
        if (status !== undefined) response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => bookkeeper.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await stage.stop();
    bookkeeper.closeAllConnections();
    bookkeeper.close();
  });

  const startWorker = (): Promise<WorkerProcess> => {
    const { port } = bookkeeper.address() as AddressInfo;
    return stage.worker({ BOT_HANDLERS: example, HOURS_URL: `http://127.0.0.1:${port}` });
  };
  const answer = async (pattern: RegExp): Promise<void> => {
    await stage.telegram.waitForSentMessage(botToken, ({ text }) => pattern.test(text ?? ''));
  };

  it('books a report and replaces it when its message is edited', async () => {
    await startWorker();
    stage.telegram.pushText(botToken, { chatId: person, text: 'hours 7.5' });
    await answer(/^Booked: 7.5 h$/);
    const chat = { id: person, type: 'private', first_name: 'User' };
    const edited = { message_id: 1, date: 1, edit_date: 2, chat, text: 'hours 8' };
    stage.telegram.pushUpdates(botToken, [
      { edited_message: { ...edited, from: { id: person, is_bot: false, first_name: 'User' } } },
    ]);
    await answer(/^Booked: 8 h$/);
    expect(booked.map(({ path, hours }) => [path, hours])).toEqual([
      ['/5/1', 7.5],
      ['/5/1', 8],
    ]);
    expect(stage.telegram.state(botToken).allowedUpdates).toEqual(expect.arrayContaining(allowedUpdates));
  });

  it('retries under the same key, as attempt 2, after the worker dies midway', async () => {
    status = undefined;
    const first = await startWorker();
    stage.telegram.pushText(botToken, { chatId: person, text: 'hours 6' });
    await until('the first attempt', () => booked[0]);
    first.signal('SIGKILL');
    await first.ended;
    status = 200;
    await startWorker();
    await answer(/^Booked: 6 h$/);
    expect(booked).toMatchObject([
      { path: '/5/1', attempt: 1 },
      { path: '/5/1', attempt: 2 },
    ]);
  });

  it('tells the person about an error, does not retry, and handles the next message of the chat', async () => {
    status = 500;
    const worker = await startWorker();
    stage.telegram.pushText(botToken, { chatId: person, text: 'hours 4' });
    await answer(/could not be booked/);
    await worker.says(/a handler failed.*expected HTTP 2xx, got 500/);
    status = 200;
    stage.telegram.pushText(botToken, { chatId: person, text: 'hours 3' });
    await answer(/^Booked: 3 h$/);
    expect(booked.map(({ hours }) => hours)).toEqual([4, 3]);
  });
});

describe('the example with a schedule', () => {
  const chat = 100;
  let stage: BotFixture;
  beforeEach(async () => {
    stage = await startBotFixture();
  });
  afterEach(() => stage.stop());

  const startWorker = (environment: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> =>
    stage.worker({
      BOT_HANDLERS: schedules,
      LUNCH_CRON: '* * * * * *',
      LUNCH_CHAT_ID: String(chat),
      ...longLease,
      ...environment,
    });
  const lunches = (): number =>
    stage.telegram.state(botToken).sentMessages.filter(({ text }) => text === 'Lunch!').length;

  it('announces in the process that leads, and in the next one after a hand-over', async () => {
    const first = await startWorker();
    await until('lunch is announced', () => lunches() > 0 || undefined);
    const second = await startWorker();
    await second.says(/standing by/);
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    await second.says(/leading: acquired/);
    const before = lunches();
    await until('the next leader announces lunch', () => lunches() > before || undefined);
    expect(stage.telegram.state(botToken).calls['setMyCommands']).toBe(2);
  });

  it('answers, and tells the person if a handler throws', async () => {
    await startWorker({ LUNCH_CRON: '2020-01-01T12:00:00' });
    stage.telegram.pushText(botToken, { chatId: 5, text: '/lunch' });
    await stage.telegram.waitForSentMessage(botToken, ({ text }) => /did not work/.test(text ?? ''));
  });

  it('does not start if its setup throws', async () => {
    const worker = await startWorker({ LUNCH_CHAT_ID: 'canteen' });
    expect(await worker.ended).toBe(78);
    expect(worker.stderr()).toMatch(
      /^BOT_HANDLERS: .*LUNCH_CHAT_ID: expected a chat’s id, got "canteen".*\n$/,
    );
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

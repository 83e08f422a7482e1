import { Composer } from 'telegraf';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shippedCommands } from '../../../services/bot/handlers/commands.ts';
import type { InboxStore } from '../../../services/core/alerts/inbox-store.ts';
import { readHeartbeat } from '../../../services/core/lease/heartbeat.ts';
import { lockValue, quarantineOwner } from '../../../services/core/lease/lock-value.ts';
import type { BotObservation } from '../../../services/core/monitor/outage-store.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { type Chat, startTestBot, type TestBot } from '../../../services/testing/index.ts';

const nowMs = Date.UTC(2026, 2, 2, 1, 19, 30);
const holder = { host: 'h', pid: 7, env: 'production', ts: '2026-03-02T01:18:44.000Z', owner: 'o' };

/** What `/status` reads, as far as it reads it. */
interface Observed {
  nowMs: number;
  held: BotObservation['held'];
  heartbeat: BotObservation['heartbeat'];
  memory: { outage?: { state: string; sinceMs: number } };
  epoch: number;
  handlers: BotObservation['handlers'];
}

let observed: Observed;
let observe: () => Promise<BotObservation>;
let pending: number | undefined;
let bot: TestBot;
let passedOn = 0;
beforeAll(async () => {
  const commands = shippedCommands({
    superadminIds: ['77'],
    fallbackLocale: 'ru',
    inbox: {} as InboxStore,
    observe: () => observe(),
    pendingUpdates: async () => pending,
  });
  const last = (): void => void passedOn++;
  bot = await startTestBot({ handlers: Composer.compose([commands, last]), shippedCommands: false });
});
afterAll(() => bot.stop());

beforeEach(() => {
  observed = {
    nowMs,
    held: { value: lockValue(holder), ttlMs: 5400 },
    heartbeat: readHeartbeat(JSON.stringify({ ts: '2026-03-02T01:19:18.000Z' })),
    memory: {},
    epoch: 3,
    handlers: undefined,
  };
  observe = async () => observed as unknown as BotObservation;
  pending = 3;
  passedOn = 0;
});

const anna = (languageCode = 'en'): Chat => bot.person('Anna', { id: 5, languageCode });
const superadmin = (languageCode = 'en'): Chat => bot.person('Boris', { id: 77, languageCode });
const status = async (languageCode = 'en') => (await superadmin(languageCode).say('/status')).text;

describe('the commands for everybody', () => {
  it('greet in the sender’s language', async () => {
    expect((await anna('en').say('/start')).text).toBe('Hello! I am Lab bot. What I can do: /help');
    expect((await anna('ru').say('/start')).text).toMatch(/^Здравствуйте! Я Lab bot/);
  });

  it('list every command in the help', async () => {
    expect((await anna().say('/help')).text?.match(/^\/\w+/gm)).toEqual([
      '/start',
      '/help',
      '/get_chat_id',
      '/status',
      '/notifications',
    ]);
  });

  it('tell the sender the numbers that settings need', async () => {
    const { text } = await bot.person('Anna', { id: 987 }).say('/get_chat_id');
    expect(text).toBe('Chat number: 987\nYour number: 987');
  });

  it.each(['hello', 'see /status', '/unknown'])('pass on %j', async (text) => {
    expect((await anna().say(text)).messages).toEqual([]);
    expect(passedOn).toBe(1);
  });
});

describe('/status', () => {
  it('shows lock, heartbeat, queue and outage in English', async () => {
    expect(await status()).toBe(
      [
        'Bot status',
        'Polling: host h, pid 7, environment production',
        'Lock taken 46 s ago (01:18 UTC)',
        'The lock expires in 5 s unless renewed',
        'Heartbeat: 12 s ago (01:19 UTC)',
        'Pending at Telegram: 3',
        'No outage',
      ].join('\n'),
    );
  });

  it('shows the same in Russian', async () => {
    expect(await status('ru')).toBe(
      [
        'Состояние бота',
        'Поллинг: host h, pid 7, environment production',
        'Блокировка взята 46 с назад (01:18 UTC)',
        'Блокировка истечёт через 5 с, если её не продлят',
        'Heartbeat: 12 с назад (01:19 UTC)',
        'В очереди Telegram: 3',
        'Сбоев нет',
      ].join('\n'),
    );
  });

  it('adds the date to a time that is not today', async () => {
    observed.memory.outage = { state: 'open', sinceMs: nowMs - 7_200_000 };
    expect(await status()).toContain('Outage for 2 h (since 2026-03-01 23:19 UTC)');
  });

  it('says first that handlers fail, if they do so in this term', async () => {
    const counts = { sinceMs: nowMs - 60_000, atMs: nowMs, failed: 6, handled: 7 };
    observed.handlers = { epoch: 3, ...counts, lastError: 'invoice 4711: the ledger is closed' };
    expect(await status()).toMatch(
      /^Bot status\n🔴 The handlers fail: 6 of 7 updates within 10 minutes\nError: invoice 4711: .*\nPolling/,
    );
    observed.epoch = 4;
    expect(await status()).not.toContain('fail');
  });

  it('says nothing of an outage that is over', async () => {
    observed.memory.outage = { state: 'closed', sinceMs: nowMs - 60_000 };
    expect(await status()).toContain('No outage');
  });

  it('says that the lock is free, that there is no heartbeat, and that the queue is unknown', async () => {
    observed.held = undefined;
    observed.heartbeat = { kind: 'absent' };
    pending = undefined;
    expect(await status()).toBe(
      [
        'Bot status',
        'Polling: no worker, the lock is free',
        'Heartbeat: none yet',
        'Pending at Telegram: unknown',
        'No outage',
      ].join('\n'),
    );
  });

  it('does not show the quarantine as a process', async () => {
    observed.held = {
      value: lockValue({ ...holder, host: '', pid: 0, env: '', owner: quarantineOwner }),
      ttlMs: 12_000,
    };
    expect(await status()).toContain(
      'Polling: no worker. The store was empty, so workers wait for another 12 s\nHeartbeat',
    );
    expect(await status('ru')).not.toContain('pid 0');
  });

  it('shows a foreign lock that has neither time nor expiry', async () => {
    observed.held = { value: 'worker-1', ttlMs: null };
    expect(await status()).toContain(
      'Polling: a process that wrote "worker-1"\nThe lock never expires: another program wrote it\nHeartbeat',
    );
  });

  it('refuses everybody else and says how to get access', async () => {
    const { text } = await anna().say('/status');
    expect(text).toBe(
      'This command is for superadmins. Your number: 5. To get access, add it to SUPERADMIN_TELEGRAM_IDS.',
    );
  });

  it.each([
    new StoreUnreachableError('observe', new Error('time-out')),
    new StoreRefusedError('observe', 'WRONGTYPE'),
  ])('says that the store does not answer: $name', async (error) => {
    observe = () => Promise.reject(error);
    expect(await status()).toBe('The store does not answer. Please try again in a minute.');
  });

  it('lets a bug through, so that the pipeline reports it', async () => {
    observe = () => Promise.reject(new TypeError('a bug'));
    await expect(status()).rejects.toThrow('a bug');
  });
});

describe('in a group', () => {
  it.each(['/status', '/notifications'])('%s says only that it answers in private', async (command) => {
    const group = bot.group('Office');
    const { messages } = await superadmin().in(group).say(command);
    expect(messages.map(({ text }) => text)).toEqual(['I answer this command only in a private chat.']);
    const refused = await anna().in(group).say(command);
    expect(refused.text).toContain('This command is for superadmins');
  });

  it('a button under an old message shows nothing', async () => {
    const pressed = await superadmin().in(bot.group('Office')).press({ data: 'inbox:page:0' });
    const notice = 'I answer this command only in a private chat.';
    expect(pressed).toEqual({ text: undefined, messages: [], notice });
  });
});

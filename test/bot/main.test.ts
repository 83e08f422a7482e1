import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redisInboxStore } from '../../services/adapters/redis/inbox/inbox-store.ts';
import { type BotFixture, botToken, keys, startBotFixture, superadminId } from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';

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

const kinds = ['502-html', 'truncated', 'reset', '429', '403-blocked'];

describe('a worker that leads', () => {
  it('holds a conversation in Russian and in English', async () => {
    await fixture.worker();
    say('/start', { from: 1, languageCode: 'ru' });
    say('/start', { from: 2, languageCode: 'en' });
    expect(await answer(/^Здравствуйте!/)).toContain('/help');
    expect(await answer(/^Hello!/)).toContain('/help');
    say('/help', { from: 2 });
    expect(await answer(/^\/start — say hello/)).toContain('/notifications');
    say('/get_chat_id', { from: 987 });
    expect(await answer(/987/)).toBe('Chat number: 987\nYour number: 987');
  });

  it('shows its status to superadmins only', async () => {
    await fixture.worker();
    say('/status', { from: 5 });
    expect(await answer(/superadmins/)).toContain('Your number: 5');
    await until('a heartbeat', async () => (await fixture.get(keys.heartbeat)) ?? undefined);
    say('/status', { from: superadminId, languageCode: 'ru' });
    const status = await answer(/^Состояние бота/);
    expect(status).toMatch(/Поллинг: host .*, pid \d+, environment production/);
    expect(status).toMatch(/Heartbeat: \d+ с назад \(.*\d\d:\d\d UTC\)/);
    expect(status).toContain('Сбоев нет');
  });

  it('pages through the inbox with buttons and marks entries as read', async () => {
    const inbox = redisInboxStore(fixture.store, keys);
    for (let index = 1; index <= 7; index++) {
      const common = { type: 'SYSTEM_MAINTENANCE', priority: 'URGENT', read: false } as const;
      const ts = `2030-01-0${index}T00:00:00.000Z`;
      await inbox.push(String(superadminId), {
        ...common,
        id: `n${index}`,
        title: `Title ${index}`,
        text: 'Text',
        ts,
      });
    }
    await fixture.worker();
    say('/notifications', { from: superadminId });
    const first = await fixture.telegram.waitForSentMessage(botToken, ({ text }) =>
      /page 1 of 2/.test(text ?? ''),
    );
    expect(first.text).toContain('● Title 7');
    const press = (data: string) =>
      fixture.telegram.pushUpdates(botToken, [
        {
          callback_query: {
            id: `press-${data}`,
            chat_instance: '1',
            from: { id: superadminId, is_bot: false, first_name: 'S', language_code: 'en' },
            data,
            message: {
              message_id: first.message_id,
              date: 1,
              chat: { id: superadminId, type: 'private' },
              text: first.text,
            },
          },
        },
      ]);
    press('inbox:page:1');
    await fixture.telegram.waitForState(botToken, ({ sentMessages }) =>
      sentMessages.some(({ text }) => /page 2 of 2/.test(text ?? '') && text?.includes('Title 1')),
    );
    press('inbox:read:0');
    await fixture.telegram.waitForState(botToken, ({ sentMessages }) =>
      sentMessages.some(({ text }) => /page 1 of 2/.test(text ?? '') && !text?.includes('●')),
    );
    expect(
      (await inbox.list(String(superadminId), { skip: 0, count: 7 })).entries.every(({ read }) => read),
    ).toBe(true);
  });

  it('writes lock and heartbeat in their fixed format', async () => {
    const worker = await fixture.worker();
    const heartbeat = await until(
      'a heartbeat',
      async () => (await fixture.get(keys.heartbeat)) ?? undefined,
    );
    const lock = JSON.parse(await fixture.lockOtherThan());
    expect(Object.keys(lock)).toEqual(['host', 'pid', 'env', 'ts', 'owner']);
    expect(lock).toMatchObject({ pid: worker.pid, env: 'production' });
    const written = JSON.parse(heartbeat);
    expect(Object.keys(written)).toEqual([
      'host',
      'pid',
      'env',
      'bot',
      'ts',
      'last_poll_ts',
      'last_error',
      'in_flight',
      'epoch',
      'version',
    ]);
    expect(written).toMatchObject({ pid: worker.pid, env: 'production', last_error: null, epoch: 1 });
    expect(written.ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('writes heartbeats only while polls succeed, and else why they fail', async () => {
    const worker = await fixture.worker();
    await until('a heartbeat', async () => (await fixture.get(keys.heartbeat)) ?? undefined);
    fixture.telegram.fault({ token: botToken, method: 'getUpdates', kind: '502-html' });
    say('wake the parked poll');
    await until('polls that fail', () =>
      (worker.output().match(/getUpdates failed/g)?.length ?? 0) >= 2 ? true : undefined,
    );
    const beat = async () => JSON.parse((await fixture.get(keys.heartbeat)) ?? '{}');
    const silent = await beat();
    const renewed = async (): Promise<number> => Number(await fixture.store.command(['PTTL', keys.lock]));
    let renewals = 0;
    let last = await renewed();
    await until('three renewals without a heartbeat', async () => {
      const now = await renewed();
      if (now > last) renewals++;
      last = now;
      return renewals >= 3 ? true : undefined;
    });
    const failing = await beat();
    expect(failing).toEqual({ ...silent, last_error: failing.last_error });
    expect(failing.last_error).toMatch(/^getUpdates: .*502/);
    expect(failing.last_error).not.toContain(botToken);
    fixture.telegram.fault({ token: botToken, method: 'getUpdates', kind: 'none' });
    await until('the next heartbeat', async () =>
      (await beat()).ts === silent.ts || (await beat()).last_error !== null ? undefined : true,
    );
  });

  it('answers Prometheus and health checks on loopback', async () => {
    const worker = await fixture.worker();
    await until('a heartbeat', async () => (await fixture.get(keys.heartbeat)) ?? undefined);
    const health = await fetch(worker.healthUrl);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ role: 'leader', epoch: 1 });
    const metrics = await (await fetch(worker.metricsUrl)).text();
    expect(metrics).toContain('staffprobot_bot_polling_leader 1');
    expect(metrics).toMatch(/staffprobot_bot_polling_heartbeat_timestamp \d{10}/);
  });

  it('never prints a token, whatever Telegram answers', async () => {
    const worker = await fixture.worker({ LOG_LEVEL: 'debug' });
    for (const kind of ['502-html', 'truncated', 'reset', '429', '403-blocked'] as const) {
      fixture.telegram.fault({ token: botToken, method: 'sendMessage', kind, times: 1 });
      say('/start', { from: 3 });
      await until(`a failed answer after ${kind}`, () =>
        (worker.output().match(/a handler failed/g)?.length ?? 0) >= kinds.indexOf(kind) + 1
          ? true
          : undefined,
      );
    }
    fixture.telegram.fault({ token: botToken, method: 'getUpdates', kind: 'reset', times: 2 });
    say('wake');
    await worker.says(/getUpdates failed/);
    expect(worker.output()).not.toContain(botToken.split(':')[1]);
    expect(worker.output()).not.toContain(fixture.redis.token);
  });

  it('drains, confirms and releases its lock on SIGTERM; later messages stay pending', async () => {
    const worker = await fixture.worker();
    say('/start');
    await answer(/^Hello!/);
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(await fixture.get(keys.lock)).toBeNull();
    expect(fixture.telegram.state(botToken).pending).toBe(0);
    say('after the stop');
    expect(fixture.telegram.state(botToken).pending).toBe(1);
  });

  it('drops pending updates on stop in development', async () => {
    const development = {
      ENVIRONMENT: 'development',
      TELEGRAM_BOT_TOKEN_PROD: '',
      TELEGRAM_BOT_TOKEN_DEV: botToken,
    };
    const worker = await fixture.worker(development);
    await until('a heartbeat', async () => (await fixture.get(keys.heartbeat)) ?? undefined);
    fixture.telegram.fault({ token: botToken, method: 'getUpdates', kind: '502-html' });
    say('dropped on stop');
    await worker.says(/getUpdates failed/);
    worker.signal('SIGINT');
    expect(await worker.ended).toBe(0);
    expect(fixture.telegram.state(botToken).pending).toBe(0);
  });
});

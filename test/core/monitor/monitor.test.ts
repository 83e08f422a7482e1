import { beforeEach, describe, expect, it } from 'vitest';
import { BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { MonitorFixture } from '../../support/monitor-fixture.ts';

const minuteMs = 60_000;
let watch: MonitorFixture;
beforeEach(async () => {
  watch = await MonitorFixture.begin();
});

const refused = (status: number, retryAfterSeconds?: number) =>
  new BotApiRefusedError('sendMessage', { status, description: 'no', retryAfterSeconds });
const told = (chatId: string): string[] =>
  watch.telegrams.filter((one) => one.chatId === chatId).map(({ text }) => text.split('\n')[0] ?? '');
const down = '🔴 Бот молчит 5 мин';
const back = '🟢 Бот снова работает';

describe('when all is well', () => {
  it('costs one script a run and tells nobody', async () => {
    await watch.beat();
    await watch.run();
    watch.store.ran.length = 0;
    const report = await watch.runAfter(minuteMs);
    expect(watch.store.ran).toEqual(['watch-bot-9']);
    expect(report).toMatchObject({ verdict: 'up', heartbeatAgeSeconds: 60, outageId: null });
    expect(watch.telegrams).toEqual([]);
  });

  it('tells nobody before the limit is passed', async () => {
    await watch.beat();
    await watch.run();
    await watch.runAfter(watch.settings.staleMs);
    expect(watch.telegrams).toEqual([]);
    expect(await watch.flag()).toBeNull();
  });
});

describe('when the bot goes silent', () => {
  it('tells every superadmin in the app and by Telegram, and the topic, once, and sets the flag', async () => {
    const report = await watch.goDown();
    await watch.runAfter(minuteMs);
    expect(told('101')).toEqual([down]);
    expect(told('102')).toEqual([down]);
    expect(await watch.inbox('101')).toEqual([down]);
    expect(await watch.inbox('102')).toEqual([down]);
    expect(watch.published).toHaveLength(1);
    expect(watch.published[0]?.subject).toMatch(/^[ -~]{1,100}$/);
    expect(await watch.flag()).toBe(report.outageId);
    expect(await watch.auditEvents()).toEqual(['outage']);
  });

  it('stores the notification with its type and priority', async () => {
    const { outageId } = await watch.goDown();
    const raw = await watch.store.command(['LRANGE', watch.keys.notifications('101'), '0', '-1']);
    expect(JSON.parse(String((raw as string[])[0]))).toMatchObject({
      id: `${outageId}:down`,
      type: 'SYSTEM_MAINTENANCE',
      priority: 'URGENT',
      ts: new Date(watch.store.nowMs).toISOString(),
      read: false,
    });
  });

  it('is told once by ten runs at the same moment', async () => {
    await watch.beat();
    await watch.run();
    watch.store.nowMs += watch.settings.staleMs + 1;
    await Promise.all(Array.from({ length: 10 }, () => watch.run()));
    expect(told('101')).toEqual([down]);
    expect(told('102')).toEqual([down]);
    expect(watch.published).toHaveLength(1);
    expect(await watch.auditEvents()).toEqual(['outage']);
  });

  it('names the cause', async () => {
    await watch.goDown();
    expect(watch.telegrams[0]?.text).toContain('Причина: никто не держит блокировку поллинга');
    expect(watch.telegrams[0]?.text).toContain('Ждут ответа: 3');
  });

  it('redacts what an error may have brought along', async () => {
    await watch.beat({ last_error: 'fetch failed: a-secret-in-an-error' });
    await watch.run();
    await watch.runAfter(watch.settings.staleMs + 1);
    const entries = JSON.stringify(
      await watch.store.command(['LRANGE', watch.keys.notifications('101'), '0', '-1']),
    );
    const everything = JSON.stringify([watch.telegrams, watch.published, entries]);
    expect(everything).toContain('fetch failed: [redacted]');
    expect(everything).not.toContain('a-secret-in-an-error');
  });

  it('does not open an outage on a heartbeat that came after it was judged', async () => {
    await watch.beat();
    await watch.run();
    watch.store.nowMs += watch.settings.staleMs + 1;
    const { outages } = watch.ports;
    const { heartbeat } = await outages.observe({ noteRun: false });
    await watch.beat();
    expect(await outages.open(heartbeat, { id: 'outage-x', sinceMs: 0, recipients: [], why: '' })).toBe(
      'conflict',
    );
    expect((await watch.run()).verdict).toBe('up');
    expect(watch.telegrams).toEqual([]);
  });

  it('looks again when the bot beats just as it is judged', async () => {
    await watch.beat();
    await watch.run();
    watch.store.nowMs += watch.settings.staleMs + 1;
    watch.store.afterNext = { script: 'watch-bot-9', act: () => watch.beat() };
    expect(await watch.run()).toMatchObject({ verdict: 'up', outageId: null });
    expect(watch.telegrams).toEqual([]);
    expect(await watch.flag()).toBeNull();
  });

  it('says that nobody is configured, and tells the topic all the same', async () => {
    watch.settings = { ...watch.settings, superadminIds: [] };
    await watch.goDown();
    expect(watch.telegrams).toEqual([]);
    expect(watch.published[0]?.text).toContain('SUPERADMIN_TELEGRAM_IDS');
    expect(watch.logged.join()).toContain('SUPERADMIN_TELEGRAM_IDS is empty');
  });

  it('tells the topic when Telegram rejects the token, and the people once it works again', async () => {
    watch.webhookInfo = () => Promise.reject(refused(401));
    for (const id of watch.settings.superadminIds) watch.failures.set(id, refused(401));
    await watch.goDown();
    expect(watch.published[0]?.text).toContain('Telegram отвергает токен');
    watch.failures.clear();
    await watch.runAfter(minuteMs);
    expect(told('101')).toEqual(['🔴 Бот молчит 6 мин']);
  });

  it('fails when the store cannot be read, and tells nobody', async () => {
    await watch.beat();
    watch.store.nowMs += watch.settings.staleMs + 1;
    watch.store.failure = new StoreUnreachableError('watch-bot-9', new Error('no answer in time'));
    await expect(watch.run()).rejects.toThrow(StoreUnreachableError);
    expect(watch.telegrams).toEqual([]);
    expect(watch.published).toEqual([]);
  });
});

describe('a heartbeat that is missing or malformed', () => {
  it('is waited for from the first run on', async () => {
    await watch.run();
    expect((await watch.runAfter(watch.settings.staleMs)).verdict).toBe('waiting');
    expect((await watch.runAfter(1)).verdict).toBe('down');
    expect(told('101')).toEqual([down]);
  });

  it('opens an outage if it stays malformed, and a readable one ends it', async () => {
    await watch.beat();
    await watch.run();
    await watch.writeHeartbeat('not json');
    expect((await watch.runAfter(minuteMs)).verdict).toBe('waiting');
    expect((await watch.runAfter(watch.settings.staleMs)).verdict).toBe('waiting');
    expect((await watch.runAfter(1)).verdict).toBe('down');
    await watch.beat();
    expect((await watch.runAfter(1000)).outageId).toBeNull();
    expect(told('101')).toEqual([down, back]);
  });

  it('counts anew when it was readable in between', async () => {
    await watch.writeHeartbeat('not json');
    await watch.run();
    await watch.beat();
    await watch.runAfter(watch.settings.staleMs);
    await watch.writeHeartbeat('not json');
    expect((await watch.runAfter(minuteMs)).verdict).toBe('waiting');
  });

  it('never ends an outage when malformed', async () => {
    await watch.goDown();
    await watch.writeHeartbeat('{"ts":5}');
    const report = await watch.runAfter(minuteMs);
    expect(report.outageId).not.toBeNull();
    expect(told('101')).toEqual([down]);
  });

  it('waits for the limit with a time that only looks like one', async () => {
    await watch.beat();
    await watch.run();
    await watch.writeHeartbeat('{"ts":"1"}');
    expect(await watch.run()).toMatchObject({ verdict: 'waiting', outageId: null });
    expect(await watch.runAfter(watch.settings.staleMs)).toMatchObject({ outageId: null });
    expect((await watch.runAfter(1)).outageId).not.toBeNull();
    await watch.writeHeartbeat(JSON.stringify({ ts: `x ${new Date(watch.store.nowMs).toUTCString()}` }));
    expect((await watch.run()).outageId).not.toBeNull();
  });
});

describe('when the bot is back', () => {
  it('clears the flag and tells those who were told "down", once', async () => {
    await watch.goDown();
    await watch.beat();
    await watch.runAfter(minuteMs);
    await watch.runAfter(minuteMs);
    expect(await watch.flag()).toBeNull();
    expect(told('101')).toEqual([down, back]);
    expect(await watch.inbox('102')).toEqual([back, down]);
    expect(watch.telegrams.at(-1)?.text).toContain('Простой 6 мин: с 03:00 до 03:06 UTC');
    expect(watch.published).toHaveLength(2);
    expect(await watch.auditEvents()).toEqual(['outage', 'recovered']);
  });

  it('ends the outage in the same run although the bot beats again meanwhile', async () => {
    await watch.goDown();
    await watch.beat();
    watch.store.afterNext = { script: 'watch-bot-9', act: () => watch.beat({ pid: 2 }) };
    expect(await watch.runAfter(1000)).toMatchObject({ verdict: 'up', outageId: null });
    expect(told('101')).toEqual([down, back]);
  });

  it('tells nothing to whom the "down" never reached', async () => {
    watch.failures.set('101', refused(403));
    watch.failures.set('102', refused(429, 3600));
    await watch.goDown();
    await watch.beat();
    watch.failures.clear();
    await watch.runAfter(minuteMs);
    await watch.runAfter(2 * 3600_000);
    expect(watch.telegrams.filter(({ text }) => text.includes(back))).toEqual([]);
    expect(watch.telegrams.filter(({ text }) => text.includes('молчит 5 мин'))).toEqual([]);
  });

  it('tells of a new outage after that', async () => {
    await watch.goDown();
    await watch.beat();
    await watch.runAfter(minuteMs);
    await watch.runAfter(watch.settings.staleMs + 1);
    expect(told('101')).toHaveLength(3);
    expect(told('101')[2]).toContain('🔴');
  });

  it('tells "back" when the "down" was still under way as it came back', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    watch.failures.set('101', () => held);
    await watch.beat();
    await watch.run();
    watch.store.nowMs += watch.settings.staleMs + 1;
    const slow = watch.run();
    await until(() => watch.telegrams.some(({ chatId }) => chatId === '102'));
    await watch.beat();
    await watch.runAfter(1000);
    watch.failures.clear();
    release();
    await slow;
    await watch.runAfter(minuteMs);
    expect(told('101')).toEqual([down, back]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

import { beforeEach, describe, expect, it } from 'vitest';
import { BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { MonitorFixture } from '../../support/monitor-fixture.ts';

const minuteMs = 60_000;
let fixture: MonitorFixture;
beforeEach(async () => {
  fixture = await MonitorFixture.begin();
});

const refused = (status: number, retryAfterSeconds?: number) =>
  new BotApiRefusedError('sendMessage', { status, description: 'no', retryAfterSeconds });
const titlesTo = (chatId: string): string[] =>
  fixture.telegrams.filter((one) => one.chatId === chatId).map(({ text }) => text.split('\n')[0] ?? '');
const down = '🔴 Бот молчит 5 мин';
const back = '🟢 Бот снова работает';

describe('while the bot is up', () => {
  it('a run costs one script and alerts nobody', async () => {
    await fixture.beat();
    await fixture.run();
    fixture.store.ran.length = 0;
    const report = await fixture.runAfter(minuteMs);
    expect(fixture.store.ran).toEqual(['watch-bot-10']);
    expect(report).toMatchObject({ verdict: 'up', heartbeatAgeSeconds: 60, outageId: null });
    expect(fixture.telegrams).toEqual([]);
  });

  it('a run alerts nobody before the limit has passed', async () => {
    await fixture.beat();
    await fixture.run();
    await fixture.runAfter(fixture.settings.staleMs);
    expect(fixture.telegrams).toEqual([]);
    expect(await fixture.flag()).toBeNull();
  });
});

describe('a lock of another environment', () => {
  it('is named as the cause once the bot is down, in the alert and in the audit trail', async () => {
    await fixture.store.command([
      'SET',
      fixture.keys.lock,
      '{"host":"laptop","pid":9,"env":"development"}',
      'PX',
      '999999',
    ]);
    await fixture.goDown();
    expect(fixture.telegrams[0]?.text).toContain('другого ENVIRONMENT');
    expect((await fixture.ports.audit.latest(1))[0]?.why).toBe('no heartbeat for 300 s: other-environment');
  });
});

describe('a heartbeat of another bot', () => {
  it('is none: this bot is down once its own time has passed, and recovers by its own heartbeat', async () => {
    await fixture.beat({ bot: '7' });
    expect((await fixture.run()).verdict).toBe('waiting');
    const report = await fixture.runAfter(fixture.settings.staleMs + 1);
    expect(report).toMatchObject({ verdict: 'down', heartbeatAgeSeconds: null });
    await fixture.beat({ bot: '7' });
    expect((await fixture.runAfter(minuteMs)).verdict).toBe('down');
    await fixture.beat({ bot: fixture.botId });
    expect(await fixture.runAfter(minuteMs)).toMatchObject({ verdict: 'up', outageId: null });
  });
});

describe('when the bot goes silent', () => {
  it('alerts every superadmin in the app and in Telegram, and the topic, once, and sets the flag', async () => {
    const report = await fixture.goDown();
    await fixture.runAfter(minuteMs);
    expect(titlesTo('101')).toEqual([down]);
    expect(titlesTo('102')).toEqual([down]);
    expect(await fixture.inbox('101')).toEqual([down]);
    expect(await fixture.inbox('102')).toEqual([down]);
    expect(fixture.published).toHaveLength(1);
    expect(fixture.published[0]?.subject).toMatch(/^[ -~]{1,100}$/);
    expect(await fixture.flag()).toBe(report.outageId);
    expect(await fixture.auditEvents()).toEqual(['outage']);
  });

  it('stores the inbox entry with its type and priority', async () => {
    const { outageId } = await fixture.goDown();
    const raw = await fixture.store.command(['LRANGE', fixture.keys.notifications('101'), '0', '-1']);
    expect(JSON.parse(String((raw as string[])[0]))).toMatchObject({
      id: `${outageId}:down`,
      type: 'SYSTEM_MAINTENANCE',
      priority: 'URGENT',
      ts: new Date(fixture.store.nowMs).toISOString(),
      read: false,
    });
  });

  it('alerts once even if ten runs meet at the same moment', async () => {
    await fixture.beat();
    await fixture.run();
    fixture.store.nowMs += fixture.settings.staleMs + 1;
    await Promise.all(Array.from({ length: 10 }, () => fixture.run()));
    expect(titlesTo('101')).toEqual([down]);
    expect(titlesTo('102')).toEqual([down]);
    expect(fixture.published).toHaveLength(1);
    expect(await fixture.auditEvents()).toEqual(['outage']);
  });

  it('names the cause', async () => {
    await fixture.goDown();
    expect(fixture.telegrams[0]?.text).toContain('Причина: никто не держит блокировку поллинга');
    expect(fixture.telegrams[0]?.text).toContain('Ждут ответа: 3');
  });

  it('redacts secrets in an error', async () => {
    await fixture.beat({ last_error: 'fetch failed: a-secret-in-an-error' });
    await fixture.run();
    await fixture.runAfter(fixture.settings.staleMs + 1);
    const entries = JSON.stringify(
      await fixture.store.command(['LRANGE', fixture.keys.notifications('101'), '0', '-1']),
    );
    const everything = JSON.stringify([fixture.telegrams, fixture.published, entries]);
    expect(everything).toContain('fetch failed: [redacted]');
    expect(everything).not.toContain('a-secret-in-an-error');
  });

  it('opens no outage if a heartbeat came after the decision', async () => {
    await fixture.beat();
    await fixture.run();
    fixture.store.nowMs += fixture.settings.staleMs + 1;
    const { outages } = fixture.ports;
    const { heartbeat } = await outages.observe({ noteRun: false });
    await fixture.beat();
    expect(
      await outages.open(heartbeat, {
        id: 'outage-x',
        afterId: null,
        opening: { tell: 'down' },
        unstableId: '',
        sinceMs: 0,
        recipients: [],
        why: '',
      }),
    ).toBe('conflict');
    expect((await fixture.run()).verdict).toBe('up');
    expect(fixture.telegrams).toEqual([]);
  });

  it('decides again if the heartbeat changes during the decision', async () => {
    await fixture.beat();
    await fixture.run();
    fixture.store.nowMs += fixture.settings.staleMs + 1;
    fixture.store.afterNext = { script: 'watch-bot-10', act: () => fixture.beat() };
    expect(await fixture.run()).toMatchObject({ verdict: 'up', outageId: null });
    expect(fixture.telegrams).toEqual([]);
    expect(await fixture.flag()).toBeNull();
  });

  it('alerts the topic even without superadmins, and logs that none are configured', async () => {
    fixture.settings = { ...fixture.settings, superadminIds: [] };
    await fixture.goDown();
    expect(fixture.telegrams).toEqual([]);
    expect(fixture.published[0]?.text).toContain('SUPERADMIN_TELEGRAM_IDS');
    expect(fixture.logged.join()).toContain('SUPERADMIN_TELEGRAM_IDS is empty');
  });

  it('alerts the topic if Telegram rejects the token, and the superadmins once it accepts it again', async () => {
    fixture.webhookInfo = () => Promise.reject(refused(401));
    for (const id of fixture.settings.superadminIds) fixture.failures.set(id, refused(401));
    await fixture.goDown();
    expect(fixture.published[0]?.text).toContain('Telegram отвергает токен');
    fixture.failures.clear();
    await fixture.runAfter(minuteMs);
    expect(titlesTo('101')).toEqual(['🔴 Бот молчит 6 мин']);
  });

  it('fails and alerts nobody if the store cannot be read', async () => {
    await fixture.beat();
    fixture.store.nowMs += fixture.settings.staleMs + 1;
    fixture.store.failure = new StoreUnreachableError('watch-bot-10', new Error('no answer in time'));
    await expect(fixture.run()).rejects.toThrow(StoreUnreachableError);
    expect(fixture.telegrams).toEqual([]);
    expect(fixture.published).toEqual([]);
  });
});

describe('a heartbeat that is missing or malformed', () => {
  it('is waited for from the first run', async () => {
    await fixture.run();
    expect((await fixture.runAfter(fixture.settings.staleMs)).verdict).toBe('waiting');
    expect((await fixture.runAfter(1)).verdict).toBe('down');
    expect(titlesTo('101')).toEqual([down]);
  });

  it('opens an outage if it stays malformed, and a readable one ends it', async () => {
    await fixture.beat();
    await fixture.run();
    await fixture.writeHeartbeat('not json');
    expect((await fixture.runAfter(minuteMs)).verdict).toBe('waiting');
    expect((await fixture.runAfter(fixture.settings.staleMs)).verdict).toBe('waiting');
    expect((await fixture.runAfter(1)).verdict).toBe('down');
    await fixture.beat();
    expect((await fixture.runAfter(1000)).outageId).toBeNull();
    expect(titlesTo('101')).toEqual([down, back]);
  });

  it('starts the time again if it was readable in between', async () => {
    await fixture.writeHeartbeat('not json');
    await fixture.run();
    await fixture.beat();
    await fixture.runAfter(fixture.settings.staleMs);
    await fixture.writeHeartbeat('not json');
    expect((await fixture.runAfter(minuteMs)).verdict).toBe('waiting');
  });

  it('never ends an outage while it is malformed', async () => {
    await fixture.goDown();
    await fixture.writeHeartbeat('{"ts":5}');
    const report = await fixture.runAfter(minuteMs);
    expect(report.outageId).not.toBeNull();
    expect(titlesTo('101')).toEqual([down]);
  });

  it('waits for the limit if its time only looks valid', async () => {
    await fixture.beat();
    await fixture.run();
    await fixture.writeHeartbeat('{"ts":"1"}');
    expect(await fixture.run()).toMatchObject({ verdict: 'waiting', outageId: null });
    expect(await fixture.runAfter(fixture.settings.staleMs)).toMatchObject({ outageId: null });
    expect((await fixture.runAfter(1)).outageId).not.toBeNull();
    await fixture.writeHeartbeat(JSON.stringify({ ts: `x ${new Date(fixture.store.nowMs).toUTCString()}` }));
    expect((await fixture.run()).outageId).not.toBeNull();
  });
});

describe('when the bot recovers', () => {
  it('clears the flag and sends "back" once, to those who got "down"', async () => {
    await fixture.goDown();
    await fixture.beat();
    await fixture.runAfter(minuteMs);
    await fixture.runAfter(minuteMs);
    expect(await fixture.flag()).toBeNull();
    expect(titlesTo('101')).toEqual([down, back]);
    expect(await fixture.inbox('102')).toEqual([back, down]);
    expect(fixture.telegrams.at(-1)?.text).toContain('Простой 6 мин: с 03:00 до 03:06 UTC');
    expect(fixture.published).toHaveLength(2);
    expect(await fixture.auditEvents()).toEqual(['outage', 'recovered']);
  });

  it('ends the outage in the same run even if another heartbeat comes in between', async () => {
    await fixture.goDown();
    await fixture.beat();
    fixture.store.afterNext = { script: 'watch-bot-10', act: () => fixture.beat({ pid: 2 }) };
    expect(await fixture.runAfter(1000)).toMatchObject({ verdict: 'up', outageId: null });
    expect(titlesTo('101')).toEqual([down, back]);
  });

  it('sends nothing to those whom "down" never reached', async () => {
    fixture.failures.set('101', refused(403));
    fixture.failures.set('102', refused(429, 3600));
    await fixture.goDown();
    await fixture.beat();
    fixture.failures.clear();
    await fixture.runAfter(minuteMs);
    await fixture.runAfter(2 * 3600_000);
    expect(fixture.telegrams.filter(({ text }) => text.includes(back))).toEqual([]);
    expect(fixture.telegrams.filter(({ text }) => text.includes('молчит 5 мин'))).toEqual([]);
  });

  it('alerts about the next outage', async () => {
    await fixture.goDown();
    await fixture.beat();
    await fixture.runAfter(minuteMs);
    await fixture.runAfter(fixture.settings.staleMs + 1);
    expect(titlesTo('101')).toHaveLength(3);
    expect(titlesTo('101')[2]).toContain('🟠');
  });

  it('sends "back" even if "down" was still in flight at the recovery', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    fixture.failures.set('101', () => held);
    await fixture.beat();
    await fixture.run();
    fixture.store.nowMs += fixture.settings.staleMs + 1;
    const slow = fixture.run();
    await until(() => fixture.telegrams.some(({ chatId }) => chatId === '102'));
    await fixture.beat();
    await fixture.runAfter(1000);
    fixture.failures.clear();
    release();
    await slow;
    await fixture.runAfter(minuteMs);
    expect(titlesTo('101')).toEqual([down, back]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

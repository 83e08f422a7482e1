import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import { botToken, FunctionFixture, holder, stores } from '../../support/function-fixture.ts';
import { domain, getEvent, linkEnvironment, Phone, postEvent } from './phone.ts';

describe.each(stores)('one-tap links on $name', ({ path: redisPath, missing }) => {
  describe.skipIf(missing)('with everything around them', () => {
    let fixture: FunctionFixture;
    let phone: Phone;

    beforeAll(async () => {
      fixture = await FunctionFixture.open(redisPath);
    });
    afterAll(() => fixture?.close());
    let service: FunctionFixture['service'];
    beforeEach(() => {
      service = fixture.service;
      phone = new Phone(fixture);
    });
    afterEach(async () => {
      fixture.telegram.fault({ kind: 'none' });
      fixture.aws.clearFaults();
      fixture.whenRestarted = async () => {};
      fixture.service = service;
      await fixture.clear();
    });

    const auditEntries = () => redisAuditTrail(fixture.store, fixture.keys).latest(20);
    const push = (count: number): void => {
      for (let i = 0; i < count; i += 1) fixture.telegram.pushText(botToken, { chatId: 7, text: `m${i}` });
    };
    const emptyQueue = async (): Promise<void> => {
      await fetch(`${fixture.telegram.url}/bot${botToken}/deleteWebhook?drop_pending_updates=true`);
    };

    /** A lock that expires by itself could be gone before the repair revokes it. */
    const holderReleasesOnceRevoked = async (): Promise<void> => {
      await vi.waitUntil(() => fixture.get(fixture.keys.lockRevoked), { timeout: 30_000 });
      await fixture.store.command(['DEL', fixture.keys.lock]);
    };

    it('are the buttons under an alert, different for each superadmin', async () => {
      await phone.goDown();
      const buttons = fixture.messagesTo('101').at(-1)?.reply_markup?.['inline_keyboard'];
      expect(buttons).toEqual([
        [{ text: '🔧 Починить', url: expect.stringMatching(`^https://${domain}/recover\\.101\\.`) }],
        [{ text: '🙋 Занимаюсь', url: expect.stringMatching(`^https://${domain}/acknowledge\\.101\\.`) }],
        [
          {
            text: '🗑 Сбросить очередь',
            url: expect.stringMatching(`^https://${domain}/drop-updates\\.101\\.`),
          },
        ],
        [{ text: '📊 Состояние', url: expect.stringMatching(`^https://${domain}/status\\.101\\.`) }],
      ]);
      expect(new Phone(fixture, '102').newestLinks().recover).not.toBe(phone.newestLinks().recover);
      const ids = (await fixture.store.command(['KEYS', fixture.keys.opsLink('*')])) as string[];
      expect(ids).toHaveLength(12);
      for (const key of ids) {
        const lifeMs = Number(await fixture.store.command(['PTTL', key]));
        expect(lifeMs).toBeGreaterThan(14 * 60_000);
        expect(lifeMs).toBeLessThanOrEqual(15 * 60_000);
      }
    });

    it('open with a query and a slash that others appended', async () => {
      const { recover } = await phone.goDown();
      const page = await phone.open(`${recover}/`, { rawQueryString: 'fbclid=x&utm_source=chat' });
      expect(page.statusCode).toBe(200);
      expect(page.body).toContain('Починить бота?');
    });

    it('are not in the message that the bot is back', async () => {
      await phone.goDown();
      await fixture.beat();
      await phone.monitor();
      expect(fixture.messagesTo('101').at(-1)?.text).toContain('снова работает');
      expect(fixture.messagesTo('101').at(-1)?.reply_markup).toBeUndefined();
    });

    it('repair: one tap restarts the worker, and the page says that the bot is back', async () => {
      const { recover } = await phone.goDown();
      await fixture.takeLock();
      fixture.whenRestarted = () => fixture.beat();
      const before = fixture.restarts;
      const page = await phone.open(recover);
      expect(page.statusCode).toBe(200);
      expect(page.body).toContain('Починить бота?');
      expect(page.body).toContain(holder.host);
      const sent = phone.send(await phone.form(recover));
      await holderReleasesOnceRevoked();
      const result = await sent;
      expect(result.statusCode).toBe(200);
      expect(result.body).toContain('🟢 Бот снова работает');
      expect(result.body).not.toContain('http-equiv="refresh"');
      expect(fixture.restarts).toBe(before + 1);
      const events = (await auditEntries()).filter(({ who }) => who === 'the link sent to 101');
      expect(events.map(({ event }) => event)).toEqual(['restarted', 'revoked']);
      expect(events[0]?.why).toMatch(/^one-tap link of outage-/);
    });

    it('repair: the page reloads itself until a slow worker is back', async () => {
      const { recover } = await phone.goDown();
      const form = await phone.form(recover);
      const quick = { getRemainingTimeInMillis: () => 6900 };
      const waiting = (await phone.ops(postEvent(form), quick)) as { body: string };
      expect(waiting.body).toContain('Сделано, ждём бота');
      expect(waiting.body).toContain('http-equiv="refresh"');
      expect((await phone.open(recover)).body).toContain('Сделано, ждём бота');
      await fixture.beat();
      expect((await phone.open(recover)).body).toContain('🟢 Бот снова работает');
    });

    it('work under a message about an unstable time, until it is over', async () => {
      const { recover, status } = await phone.goDown();
      const { outage, alertSent } = fixture.keys;
      const unstableId = recover.split('.')[2] ?? '';
      await fixture.store.command(['HSET', outage, 'id', 'outage-next', 'unstable_id', unstableId]);
      await fixture.store.command(['HSET', outage, 'unstable_state', 'unstable']);
      await fixture.store.command(['SET', alertSent, 'outage-next']);
      const form = await phone.form(recover);
      await fixture.store.command(['HSET', outage, 'unstable_state', 'stable']);
      expect((await phone.send(form)).body).toContain('Ссылка из прошлого оповещения');
      await fixture.store.command(['HSET', outage, 'unstable_state', 'unstable']);
      fixture.whenRestarted = () => fixture.beat();
      expect((await phone.send(form)).body).toContain('🟢 Бот снова работает');
      expect((await phone.open(status)).statusCode).toBe(200);
    });

    it('drop: asks for the number, drops, and says how many', async () => {
      const links = await phone.goDown();
      push(3);
      const page = await phone.open(links['drop-updates']);
      expect(page.body).toContain('pattern="3"');
      const result = await phone.send(await phone.form(links['drop-updates'], ' 3 '));
      expect(result.body).toContain('Удалено из очереди: 3');
      expect(fixture.telegram.state(botToken).pending).toBe(0);
      expect((await auditEntries())[0]).toMatchObject({ event: 'dropped', who: 'the link sent to 101' });
    });

    it('drop: has no form if nothing waits or Telegram does not answer', async () => {
      const links = await phone.goDown();
      await emptyQueue();
      expect((await phone.open(links['drop-updates'])).body).toContain('Очередь пуста');
      fixture.telegram.fault({ method: 'getWebhookInfo', kind: '500' });
      const silent = await phone.open(links['drop-updates']);
      expect(silent.body).toContain('Размер очереди сейчас неизвестен');
      expect(silent.body).not.toContain('<form');
    });

    it('status: shows who polls, the timeline and the inbox, and has no form', async () => {
      const { status } = await phone.goDown();
      await fixture.takeLock();
      const page = await phone.open(status);
      expect(page.statusCode).toBe(200);
      for (const text of [holder.host, 'Начался сбой', '🔴 Бот молчит', 'Ваши уведомления', 'Причина']) {
        expect(page.body).toContain(text);
      }
      expect(page.body).not.toContain('<form');
    });

    it('opened again show their result, and do nothing more', async () => {
      const { recover } = await phone.goDown();
      fixture.whenRestarted = () => fixture.beat();
      const form = await phone.form(recover);
      await phone.send(form);
      const [restarts, audit] = [fixture.restarts, await auditEntries()];
      for (const again of [await phone.send(form), await phone.open(recover)]) {
        expect(again.statusCode).toBe(200);
        expect(again.body).toContain('🟢 Бот снова работает');
        expect(again.body).not.toContain('<form');
      }
      expect(fixture.restarts).toBe(restarts);
      expect(await auditEntries()).toEqual(audit);
    });

    it('act once if they are sent twenty times at once', async () => {
      const { recover } = await phone.goDown();
      const form = await phone.form(recover);
      const restarts = fixture.restarts;
      fixture.whenRestarted = () => fixture.beat();
      const answers = await Promise.all(Array.from({ length: 20 }, () => phone.send(form)));
      expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
      expect(fixture.restarts).toBe(restarts + 1);
      expect((await auditEntries()).filter(({ event }) => event === 'restarted')).toHaveLength(1);
    });

    it('do nothing after recovery, even before the monitor notices it', async () => {
      const { recover } = await phone.goDown();
      const form = await phone.form(recover);
      await fixture.beat();
      const untouched = await phone.everything();
      for (const page of [await phone.open(recover), await phone.send(form)]) {
        expect(page.statusCode).toBe(200);
        expect(page.body).toContain('Чинить нечего');
        expect(page.body).not.toContain('<form');
      }
      expect(await phone.everything()).toBe(untouched);
      await phone.monitor();
      expect((await phone.send(form)).body).toContain('Чинить нечего');
    });

    it('of an earlier outage do nothing in the next one', async () => {
      const { recover } = await phone.goDown();
      const form = await phone.form(recover);
      await fixture.beat();
      await phone.monitor();
      await phone.goDown();
      const untouched = await phone.everything();
      expect((await phone.send(form)).body).toContain('Ссылка из прошлого оповещения');
      expect((await phone.open(recover)).body).toContain('Ссылка из прошлого оповещения');
      expect(await phone.everything()).toBe(untouched);
    });

    it('show what was done and what was not if ECS fails, and offer a new link', async () => {
      const { recover } = await phone.goDown();
      fixture.aws.fault({ service: 'ecs', kind: 'error' });
      const form = await phone.form(recover);
      const failed = await phone.send(form);
      expect(failed.body).toContain('🔴 Не получилось');
      expect(failed.body).toContain('✓</span><span>Снять блокировку');
      expect(failed.body).toContain('✗</span><span>Перезапустить воркер');
      expect(failed.body).toContain('·</span><span>Дождаться heartbeat: не начиналось');
      fixture.aws.clearFaults();
      const restarts = fixture.restarts;
      await phone.send(form);
      expect(fixture.restarts).toBe(restarts);
      const [, retry = ''] = /<a class="button" href="([^"]+)">/.exec(failed.body) ?? [];
      fixture.whenRestarted = () => fixture.beat();
      expect((await phone.send(await phone.form(retry))).body).toContain('🟢 Бот снова работает');
    });

    it('change nothing if the store does not answer, and say that repeating is safe', async () => {
      const { recover } = await phone.goDown();
      const form = await phone.form(recover);
      const away = new Phone(fixture, '101', { UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' });
      const untouched = await phone.everything();
      for (const page of [await away.open(recover), await away.send(form)]) {
        expect(page.statusCode).toBe(503);
        expect(page.body).toContain('Хранилище не отвечает');
      }
      expect(await phone.everything()).toBe(untouched);
    });

    it('speak the phone’s language', async () => {
      const { recover } = await phone.goDown();
      const inLanguage = async (language: string | undefined) => {
        const headers = { host: domain, ...(language ? { 'accept-language': language } : {}) };
        return (await phone.open(recover, { headers })).body;
      };
      expect(await inLanguage('en-GB,en;q=0.9,ru;q=0.1')).toContain('Repair the bot?');
      expect(await inLanguage('de,en;q=0.5')).toContain('<html lang="en">');
      expect(await inLanguage('uk,ru;q=0.7,en;q=0.6')).toContain('<html lang="ru">');
      expect(await inLanguage(undefined)).toContain('<html lang="ru">');
      expect(await inLanguage('de')).toContain('Починить бота?');
    });

    it('work in two tabs at once', async () => {
      const links = await phone.goDown();
      await emptyQueue();
      push(1);
      const repair = await phone.form(links.recover);
      const { headers } = getEvent('/');
      const drop = await phone.open(links['drop-updates'], { headers, cookies: [repair.cookie] });
      expect(drop.cookies?.[0]).toContain(repair.cookie);
      fixture.whenRestarted = () => fixture.beat();
      expect((await phone.send(repair)).body).toContain('🟢');
    });

    it('forbid framing, caching and scripts in their headers', async () => {
      const { recover } = await phone.goDown();
      const page = await phone.open(recover);
      expect(page.headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
      });
      const policy = page.headers['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(page.body).not.toMatch(/<script|\son\w+=/i);
      expect(page.cookies?.[0]).toMatch(
        /^__Host-staffprobot=[0-9a-f]{32}; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax; Secure$/,
      );
    });

    it('escape foreign text', async () => {
      const { recover, status } = await phone.goDown();
      await fixture.store.command(['DEL', fixture.keys.lock]);
      await fixture.takeLock({ host: '<img src=x onerror=alert(1)>' });
      for (const path of [recover, status]) {
        const { body } = await phone.open(path);
        expect(body).toContain('&lt;img src=x');
        expect(body).not.toContain('<img');
      }
    });

    it('show no secret', async () => {
      const { recover, status } = await phone.goDown();
      const pages = [await phone.open(recover), await phone.open(status), await phone.open('/nothing')];
      const shown = JSON.stringify([pages, fixture.lines]);
      for (const secret of [linkEnvironment.OPS_LINK_SECRET, botToken, 'function-stage-store-token']) {
        expect(shown).not.toContain(secret);
      }
    });

    it('repair: deletes a lock without expiry, as the page announced', async () => {
      const { recover } = await phone.goDown();
      await fixture.store.command(['SET', fixture.keys.lock, '{"host":"an-old-bot"}']);
      fixture.whenRestarted = () => fixture.beat();
      expect((await phone.open(recover)).body).toContain('Блокировка без срока (an-old-bot) будет удалена');
      expect((await phone.send(await phone.form(recover))).body).toContain('🟢 Бот снова работает');
      expect(await fixture.get(fixture.keys.lock)).toBeNull();
      expect((await auditEntries()).find(({ event }) => event === 'broken')).toMatchObject({
        who: 'the link sent to 101',
        before: '{"host":"an-old-bot"}',
      });
    });

    it('say that the holder has not released the lock in time', async () => {
      const { recover } = await phone.goDown();
      await fixture.takeLock({}, 600_000);
      const result = await phone.ops(postEvent(await phone.form(recover)), {
        getRemainingTimeInMillis: () => 6900,
      });
      expect((result as { body: string }).body).toContain('держатель её пока не отпустил');
    });
  });
});

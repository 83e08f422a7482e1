/** What the control room's page makes of what it is told: every state has its sentence, in both languages. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { people } from '../../services/lab/chats/people.ts';
import { type ControlRoom, openControlRoom } from '../../services/lab/control-room/server.ts';
import { executablePath, holds, laptop, openBrowser, phone, type RoomBrowser } from './browser.ts';
import { labSection, nowSection, openTold, type ToldPage } from './told-page.ts';

const russian: BrowserContextOptions = { ...laptop, locale: 'ru-RU' };
const noFault = { telegram: null, store: null, cutWorkers: [], roguePolling: false };

describe.skipIf(executablePath === undefined)('the control room’s page, when it is told', () => {
  let room: ControlRoom;
  let browser: RoomBrowser;

  beforeAll(async () => {
    room = await openControlRoom(0);
    browser = await openBrowser(room.url);
  });

  afterAll(async () => {
    await browser?.close();
    await room.close();
  });

  afterEach(async () => {
    await browser.closePages();
    expect(browser.complaints()).toEqual([]);
  });

  const open = (options?: BrowserContextOptions): Promise<ToldPage> => openTold(browser, room.url, options);

  it.each([
    {
      what: 'that Telegram is made to refuse polls',
      now: { faults: { ...noFault, telegram: '429' } },
      en: 'worker-1 leads, but Telegram refuses its polls',
      ru: 'Telegram отказывает ему в опросе',
    },
    {
      what: 'that a poll failed which nobody broke on purpose',
      now: { details: { lastError: '502: Bad Gateway' } },
      en: 'worker-1 leads, but its last poll failed',
      ru: 'последний опрос не удался',
    },
    {
      what: 'that Telegram is made not to answer',
      now: { faults: { ...noFault, telegram: 'hang' }, details: { lastPollAgeSeconds: 12 } },
      en: 'worker-1 asks Telegram and has had no answer for 12 s',
      ru: 'ответа нет уже 12 с',
    },
    {
      what: 'that no poll has come back for longer than a poll lasts',
      now: { details: { lastPollAgeSeconds: 50 } },
      en: 'no answer for 50 s',
      ru: 'ответа нет уже 50 с',
    },
    {
      what: 'that no poll has come back since the leader leads',
      now: { details: { lastPollAgeSeconds: null } },
      en: 'no answer for 60 s',
      ru: 'ответа нет уже 60 с',
    },
    {
      what: 'that another program polls',
      now: { faults: { ...noFault, roguePolling: true }, details: { lastError: '409: Conflict' } },
      en: 'another program takes some of the messages',
      ru: 'часть сообщений забирает другая программа',
    },
  ])('does not say that all is well: $what', async ({ now, en, ru }) => {
    for (const [options, said] of [[laptop, en] as const, [russian, ru] as const]) {
      const { page, tell } = await open(options);
      await tell('now', nowSection(now));
      const summary = page.locator('#summary[data-tone="warn"]');
      await summary.getByText(said).waitFor();
      await tell('now', nowSection({ details: { lastPollAgeSeconds: 34 } }));
      await page.locator('#summary[data-tone="good"]').waitFor();
    }
  });

  it('leads to Prometheus where there is one, and to nowhere else', async () => {
    const { page, tell } = await open();
    expect(await page.locator('#prometheus').isVisible()).toBe(false);
    await tell('lab', { ...labSection, prometheusUrl: 'http://127.0.0.1:9090' });
    await page.locator('#prometheus[href="http://127.0.0.1:9090/alerts"]').waitFor();
  });

  it('says in Russian what is broken, without a word of the program’s own', async () => {
    const { page, tell } = await open(russian);
    expect(await page.title()).toBe('StaffProBot: пульт');
    for (const telegram of ['429', '502-html', 'hang']) {
      await tell('now', nowSection({ faults: { ...noFault, telegram, store: 'wiped' } }));
      await page.locator('#faults').getByText('хранилище очищено').waitFor();
      expect(await page.locator('#faults').textContent()).not.toMatch(/wiped|hang|html/);
    }
  });

  it('says that a drill was mended before anything was seen, and neither praises nor blames it', async () => {
    const { page, tell } = await open();
    const times = { startedAtMs: 1000, endedAtMs: 2000 };
    const run = { id: 'rogue', worker: null, now: null, figures: [], why: null, ...times };
    const card = page.locator('[data-drill-card="rogue"]');
    const colours: unknown[] = [];
    for (const state of ['kept', 'broken', 'unseen']) {
      await tell('drills', [{ ...run, state }]);
      await page.locator(`[data-drill-card="rogue"][data-state="${state}"]`).waitFor();
      colours.push(
        await page.evaluate(
          `getComputedStyle(document.querySelector('[data-drill-card="rogue"] .verdict')).color`,
        ),
      );
    }
    expect(new Set(colours).size).toBe(3);
    expect(await card.locator('.verdict').textContent()).toBe('not seen: mended before');
    await page.getByRole('button', { name: 'Русский' }).click();
    await card.getByText('не увидели: починено раньше').waitFor();
  });

  it('says that the tour puts the usual times back, and lets nobody stop that', async () => {
    const { page, tell } = await open();
    await tell('tour', { running: true, restoring: true, steps: [] });
    await page.locator('#tour-words').getByText('Putting the usual times back').waitFor();
    expect(await page.locator('#tour-button button').getAttribute('aria-disabled')).toBe('true');
    expect(await page.locator('[data-do="tour"]').count()).toBe(0);
    await page.getByRole('button', { name: 'Русский' }).click();
    await page.locator('#tour-words').getByText('Возвращаем обычные сроки').waitFor();
  });

  const chatsWith = (personId: number, messages: readonly object[]) =>
    people.map((person) => ({ person, toast: null, messages: person.id === personId ? messages : [] }));
  const message = { atMs: 1000, buttons: [], edited: false, waiting: false };

  it('tells an alert that comes to the phone, once, and none that was there before', async () => {
    const { page, tell } = await open();
    const old = { ...message, id: 1, from: 'bot', text: 'an old alert' };
    const news = page.locator('#phone-news[role="status"]');
    await tell('chats', chatsWith(2001, [old]));
    await page.locator('#screen').getByText('an old alert').waitFor();
    expect(await news.textContent()).toBe('');
    await tell('chats', chatsWith(2001, [old, { ...old, id: 2, text: '🔴 The bot is silent\nSince 10:00' }]));
    await news.getByText('Boris’s phone: 🔴 The bot is silent').waitFor();
    expect(await news.textContent()).not.toContain('Since');
  });

  it('says what became of each message that was written', async () => {
    const { page, tell } = await open();
    const written = { ...message, from: 'person', text: 'hello', dropped: false };
    await tell(
      'chats',
      chatsWith(1001, [
        { ...written, id: 1 },
        { ...written, id: 2, waiting: true },
        { ...written, id: 3, dropped: true },
      ]),
    );
    const states = page.locator('#messages-1001 .state');
    await states.nth(2).waitFor();
    const titles = () => states.evaluateAll((all) => all.map((one) => one.getAttribute('title')));
    expect(await titles()).toEqual(['taken by a worker', 'waits at Telegram', 'dropped by ops']);
    // In words for everybody, not by a sign.
    await page.locator('[data-message="3"]').getByText('dropped by ops').waitFor();
    await page.getByRole('button', { name: 'Русский' }).click();
    await page.locator('[data-message="3"]').getByText('удалено при обслуживании').waitFor();
  });

  it('names what the phone shows by the tab that shows it', async () => {
    const { page, tell } = await open();
    await tell('chats', chatsWith(2001, []));
    await page.getByRole('tabpanel', { name: 'Telegram' }).waitFor();
    await page.getByRole('tab', { name: 'Inbox' }).click();
    await page.getByRole('tabpanel', { name: 'Inbox' }).waitFor();
  });

  it('shows below the line that stays at the top what a link in it leads to', async () => {
    for (const options of [laptop, { ...phone, locale: 'en-US' }]) {
      const { page, tell } = await open(options);
      const faults = { ...noFault, telegram: '429', store: 'wiped', cutWorkers: ['worker-1'] };
      await tell('now', nowSection({ faults, monitorStopped: true }));
      await page.getByRole('link', { name: 'mend it below' }).click();
      const heading = page.locator('#break-title');
      await holds(page, 'scrollY > 0');
      const line = await page.locator('#standing').boundingBox();
      const box = await heading.boundingBox();
      expect(box?.y).toBeGreaterThanOrEqual((line?.y ?? Number.NaN) + (line?.height ?? Number.NaN));
      expect(box?.y).toBeLessThan(options.viewport.height);
    }
  });

  /** Every place of the lease’s bar from now on, frame by frame, in `places`. */
  const watchLease = `window.places = [];
    requestAnimationFrame(function look() {
      const { transform } = document.querySelector('[data-lock="true"] [data-rate]').style;
      places.push(Number(/[\\d.]+/.exec(transform)[0]));
      requestAnimationFrame(look);
    })`;

  it('drains the lease on when the same look at the store comes again with other news', async () => {
    const { page, tell } = await open();
    const { atMs, leader } = nowSection();
    await tell('now', nowSection({ atMs: atMs + 1000 }), watchLease);
    await holds(page, 'places.at(-1) < places[0] - 0.02');
    await tell('now', nowSection({ atMs: atMs + 1000, pendingUpdates: 7 }));
    await page.locator('[data-fact="pending"]').getByText('7').waitFor();
    const before = (await page.evaluate('places.length')) as number;
    await holds(page, `places.length > ${before} + 3`);
    const places = (await page.evaluate('places')) as number[];
    expect(places).toEqual(places.toSorted((a, b) => b - a));
    // A renewed lease is full again.
    await tell('now', nowSection({ atMs: atMs + 2000, leader: leader && { ...leader, ttlMs: 30_000 } }));
    await holds(page, 'Math.max(...places) > places[0]');
  });
});

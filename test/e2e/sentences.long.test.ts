/** How the control room's page words each state, in both languages; the test sends the lab's events itself. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { people } from '../../services/lab/chats/people.ts';
import { type ControlRoom, openControlRoom } from '../../services/lab/control-room/server.ts';
import type { Leader, WorkerView } from '../../services/lab/control-room/snapshot.ts';
import { type ControlRoomBrowser, executablePath, laptop, openBrowser, phone, waitUntil } from './browser.ts';
import { labSection, nowSection, openScriptedPage, type ScriptedPage } from './scripted-page.ts';

const russian: BrowserContextOptions = { ...laptop, locale: 'ru-RU' };
const noFault = { telegram: null, store: null, queue: null, cutWorkers: [], roguePolling: false };

describe.skipIf(executablePath === undefined)('the control room’s page, with scripted events', () => {
  let room: ControlRoom;
  let browser: ControlRoomBrowser;

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

  const open = (options?: BrowserContextOptions): Promise<ScriptedPage> =>
    openScriptedPage(browser, room.url, options);

  it.each([
    {
      what: 'Telegram is made to refuse polls',
      now: { faults: { ...noFault, telegram: '429' } },
      en: 'worker-1 leads, but Telegram refuses its polls',
      ru: 'Telegram отклоняет его запросы',
    },
    {
      what: 'a poll failed without a fault on purpose',
      now: { details: { lastError: '502: Bad Gateway' } },
      en: 'worker-1 leads, but its last poll failed',
      ru: 'последний запрос к Telegram не удался',
    },
    {
      what: 'Telegram is made not to answer',
      now: { faults: { ...noFault, telegram: 'hang' }, details: { lastPollAgeSeconds: 12 } },
      en: 'worker-1 polls Telegram but has had no answer for 12 s',
      ru: 'Telegram не отвечает уже 12 с',
    },
    {
      what: 'the last answer to a poll is older than a poll lasts',
      now: { details: { lastPollAgeSeconds: 50 } },
      en: 'no answer for 50 s',
      ru: 'Telegram не отвечает уже 50 с',
    },
    {
      what: 'no poll was answered since the term began',
      now: { details: { lastPollAgeSeconds: null } },
      en: 'no answer for 60 s',
      ru: 'Telegram не отвечает уже 60 с',
    },
    {
      what: 'another program polls',
      now: { faults: { ...noFault, roguePolling: true }, details: { lastError: '409: Conflict' } },
      en: 'another program takes some of the messages',
      ru: 'часть сообщений забирает другая программа',
    },
  ])('warns when $what', async ({ now, en, ru }) => {
    for (const [options, said] of [[laptop, en] as const, [russian, ru] as const]) {
      const { page, send } = await open(options);
      await send('now', nowSection(now));
      const summary = page.locator('#summary[data-tone="warn"]');
      await summary.getByText(said).waitFor();
      await send('now', nowSection({ details: { lastPollAgeSeconds: 34 } }));
      await page.locator('#summary[data-tone="good"]').waitFor();
    }
  });

  it('counts the standbys right', async () => {
    const { workers } = nowSection();
    const third = {
      ...workers.find(({ role }) => role === 'standby'),
      name: 'worker-3',
      pid: 102,
    } as WorkerView;
    for (const [options, one, two] of [
      [laptop, 'worker-2 stands by.', 'worker-2 and worker-3 stand by.'],
      [russian, 'в резерве worker-2.', 'в резерве worker-2 и worker-3.'],
    ] as const) {
      const { page, send } = await open(options);
      await page.locator('#summary').getByText(one).waitFor();
      await send('now', nowSection({ workers: [...workers, third] }));
      await page.locator('#summary').getByText(two).waitFor();
    }
  });

  it('shows when the lock expires, and a quarantine instead of its pid', async () => {
    const { leader } = nowSection();
    for (const [options, expires, ends, title] of [
      [laptop, 'expires in 27 s unless renewed', 'ends in 27 s', 'Quarantine'],
      [russian, 'истечёт через 27 с, если не продлить', 'закончится через 27 с', 'Карантин'],
    ] as const) {
      const { page, send } = await open(options);
      await page.locator('[data-lock="true"]').getByText(expires).waitFor();
      const quarantine = { ...leader, worker: null, pid: 0, host: 'quarantine', quarantine: true } as Leader;
      await send('now', nowSection({ leader: quarantine }));
      const card = page.locator('[data-lock-of="quarantine"]');
      await card.getByRole('heading', { name: title }).waitFor();
      await card.getByText(ends).waitFor();
      expect(await card.textContent()).not.toContain('pid');
    }
  });

  it('words the audit trail in its language, and leaves reasons typed by people as they are', async () => {
    const holder = 'host vm, pid 100, environment production';
    const entries = [
      { event: 'acquired', who: holder, why: 'the lock was free' },
      { event: 'revoked', who: 'control room', why: 'a rehearsal' },
      { event: 'outage', who: 'heartbeat-monitor', why: 'no heartbeat for 301 s: holder-silent' },
      { event: 'broken', who: 'link of 2001', why: 'one-tap link of outage-7' },
      { event: 'unknown-event', who: 'somebody@laptop', why: '' },
    ].map((entry, index) => ({ ...entry, id: `${1000 + index}-0`, before: '', after: '' }));
    const { page, send } = await open(russian);
    await send('chats', chatsWith(2001, []));
    await send('audit', entries);
    const items = page.locator('#timeline li > div');
    await items.nth(4).waitFor();
    const lines = await items.evaluateAll((all) =>
      all.map(({ children }) => [...children].map((one) => one.textContent)),
    );
    expect(lines).toEqual([
      ['worker-1 взял блокировку', 'блокировка была свободна'],
      ['пульт попросил владельца отдать блокировку', 'a rehearsal'],
      ['монитор сообщил о сбое', 'нет heartbeat уже 5 мин: владелец блокировки молчит'],
      ['суперадмин Борис удалил блокировку', 'по ссылке из оповещения'],
      ['somebody@laptop unknown-event'],
    ]);
  });

  it('links to Prometheus only if there is one', async () => {
    const { page, send } = await open();
    expect(await page.locator('#prometheus').isVisible()).toBe(false);
    await send('lab', { ...labSection, prometheusUrl: 'http://127.0.0.1:9090/alerts' });
    await page.locator('#prometheus[href="http://127.0.0.1:9090/alerts"]').waitFor();
  });

  it('names faults in Russian without the program’s own words', async () => {
    const { page, send } = await open(russian);
    expect(await page.title()).toBe('StaffProBot: пульт');
    for (const telegram of ['429', '502-html', 'hang']) {
      await send('now', nowSection({ faults: { ...noFault, telegram, store: 'wiped' } }));
      await page.locator('#faults').getByText('хранилище очищено').waitFor();
      expect(await page.locator('#faults').textContent()).not.toMatch(/wiped|hang|html/);
    }
  });

  it('offers to fix a fault only if something can be fixed', async () => {
    const { page, send } = await open();
    const link = page.locator('#faults a');
    await send('now', nowSection({ faults: { ...noFault, telegram: '429', store: 'wiped' } }));
    await link.waitFor();
    await send('now', nowSection({ faults: { ...noFault, store: 'wiped' } }));
    await page.locator('#faults').getByText('the store was emptied').waitFor();
    await link.waitFor({ state: 'detached' });
  });

  it('marks a drill that was fixed too early neither as kept nor as broken', async () => {
    const { page, send } = await open();
    const times = { startedAtMs: 1000, endedAtMs: 2000 };
    const run = { id: 'rogue', worker: null, now: null, figures: [], why: null, ...times };
    const card = page.locator('[data-drill-card="rogue"]');
    const colours: unknown[] = [];
    for (const state of ['kept', 'broken', 'unseen']) {
      await send('drills', [{ ...run, state }]);
      await page.locator(`[data-drill-card="rogue"][data-state="${state}"]`).waitFor();
      colours.push(
        await page.evaluate(
          `getComputedStyle(document.querySelector('[data-drill-card="rogue"] .verdict')).color`,
        ),
      );
    }
    expect(new Set(colours).size).toBe(3);
    expect(await card.locator('.verdict').textContent()).toBe('not verified: fixed too early');
    await page.getByRole('button', { name: 'Русский' }).click();
    await card.getByText('не проверено: починено слишком рано').waitFor();
  });

  it('shows that the tour restores the usual timings, and disables its button meanwhile', async () => {
    const { page, send } = await open();
    await send('tour', { running: true, restoring: true, steps: [] });
    await page.locator('#tour-words').getByText('Restoring the usual timings').waitFor();
    expect(await page.locator('#tour-button button').getAttribute('aria-disabled')).toBe('true');
    expect(await page.locator('[data-do="tour"]').count()).toBe(0);
    await page.getByRole('button', { name: 'Русский' }).click();
    await page.locator('#tour-words').getByText('Возвращаем обычные сроки').waitFor();
  });

  const chatsWith = (personId: number, messages: readonly object[]) =>
    people.map((person) => ({ person, toast: null, messages: person.id === personId ? messages : [] }));
  const message = { atMs: 1000, buttons: [], edited: false, waiting: false };

  it('announces a new alert on the phone once, and no old one', async () => {
    const { page, send } = await open();
    const old = { ...message, id: 1, from: 'bot', text: 'an old alert' };
    const news = page.locator('#phone-news[role="status"]');
    await send('chats', chatsWith(2001, [old]));
    await page.locator('#screen').getByText('an old alert').waitFor();
    expect(await news.textContent()).toBe('');
    await send('chats', chatsWith(2001, [old, { ...old, id: 2, text: '🔴 The bot is silent\nSince 10:00' }]));
    await news.getByText('Boris’s phone: 🔴 The bot is silent').waitFor();
    expect(await news.textContent()).not.toContain('Since');
  });

  it('shows the state of each message', async () => {
    const { page, send } = await open();
    const written = { ...message, from: 'person', text: 'hello', dropped: false };
    await send(
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
    expect(await titles()).toEqual(['taken by a worker', 'waiting at Telegram', 'dropped by ops']);
    // As visible text, not only as a title.
    await page.locator('[data-message="3"]').getByText('dropped by ops').waitFor();
    await page.getByRole('button', { name: 'Русский' }).click();
    await page.locator('[data-message="3"]').getByText('удалено при обслуживании').waitFor();
  });

  it('labels the phone’s screen by the selected tab', async () => {
    const { page, send } = await open();
    await send('chats', chatsWith(2001, []));
    await page.getByRole('tabpanel', { name: 'Telegram' }).waitFor();
    await page.getByRole('tab', { name: 'Inbox' }).click();
    await page.getByRole('tabpanel', { name: 'Inbox' }).waitFor();
  });

  it('scrolls the target of the status line’s link below that line', async () => {
    for (const options of [laptop, { ...phone, locale: 'en-US' }]) {
      const { page, send } = await open(options);
      const faults = { ...noFault, telegram: '429', store: 'wiped', cutWorkers: ['worker-1'] };
      await send('now', nowSection({ faults, monitorStopped: true }));
      await page.getByRole('link', { name: 'fix it below' }).click();
      const heading = page.locator('#break-title');
      await waitUntil(page, 'scrollY > 0');
      const line = await page.locator('#standing').boundingBox();
      const box = await heading.boundingBox();
      expect(box?.y).toBeGreaterThanOrEqual((line?.y ?? Number.NaN) + (line?.height ?? Number.NaN));
      expect(box?.y).toBeLessThan(options.viewport.height);
    }
  });

  /** Records the position of the lease’s bar in `places`, frame by frame. */
  const watchLease = `window.places = [];
    requestAnimationFrame(function look() {
      const { transform } = document.querySelector('[data-lock="true"] [data-rate]').style;
      places.push(Number(/[\\d.]+/.exec(transform)[0]));
      requestAnimationFrame(look);
    })`;

  it('keeps the lease’s bar moving when the same store reading comes again with other news', async () => {
    const { page, send } = await open();
    const { atMs, leader } = nowSection();
    await send('now', nowSection({ atMs: atMs + 1000 }), watchLease);
    await waitUntil(page, 'places.at(-1) < places[0] - 0.02');
    await send('now', nowSection({ atMs: atMs + 1000, pendingUpdates: 7 }));
    await page.locator('[data-fact="pending"]').getByText('7').waitFor();
    const before = (await page.evaluate('places.length')) as number;
    await waitUntil(page, `places.length > ${before} + 3`);
    const places = (await page.evaluate('places')) as number[];
    expect(places).toEqual(places.toSorted((a, b) => b - a));
    // A renewed lease is full again.
    await send('now', nowSection({ atMs: atMs + 2000, leader: leader && { ...leader, ttlMs: 30_000 } }));
    await waitUntil(page, 'Math.max(...places) > places[0]');
  });
});

/** The control room's page by itself: accessibility, layout, older labs, long days, charts, moving bars. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ApiState } from '../../services/lab/control-room/api.ts';
import { executablePath, laptop, phone, seriousViolations, waitUntil } from './browser.ts';
import { type ControlRoomFixture, startControlRoomFixture } from './browser-fixture.ts';

/** The chart library, with every plot it creates recorded in `plots`. */
const spyingLibrary = `import Plot from '/vendor/uplot.js?real';
window.plots = [];
export default function (...settings) {
  const plot = new Plot(...settings);
  plots.push(plot);
  return plot;
}`;
const looks = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { look: `${colorScheme}, on a laptop, in English`, options: { ...laptop, colorScheme } },
  { look: `${colorScheme}, on a phone, in Russian`, options: { ...phone, colorScheme } },
]);

describe.skipIf(executablePath === undefined)('the control room’s page', () => {
  let fixture: ControlRoomFixture;
  let state: ApiState;

  beforeAll(async () => {
    fixture = await startControlRoomFixture({ args: ['--speed', '10'] });
    await fixture.lab.post('/api/chat', { text: '/start', as: 1001 });
    state = await fixture.lab.waitFor(
      ({ chats }) => chats.some(({ messages }) => messages.some(({ from }) => from === 'bot')),
      'an answer',
    );
  });

  afterAll(() => fixture?.stop());

  afterEach(async () => {
    await fixture.closePages();
    expect(fixture.complaints()).toEqual([]);
  });

  /** The page with an event stream made by the test; each reconnection receives the same events. */
  async function openWith(
    events: readonly (readonly [string, unknown])[],
    options?: BrowserContextOptions,
  ): Promise<Page> {
    const page = await fixture.blank(options);
    await page.route('**/vendor/uplot.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: spyingLibrary }),
    );
    const body = events.map(([name, value]) => `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`).join('');
    await page.route('**/api/events', (route) => route.fulfill({ contentType: 'text/event-stream', body }));
    await page.goto(fixture.lab.url);
    return page;
  }

  const facts = () => ({ times: state.times, store: state.store, prometheusUrl: null });

  it.each(looks)('has no serious accessibility violation: $look', async ({ options }) => {
    const page = await fixture.open(options);
    await page.locator('.chart canvas').nth(2).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport.width);
  });

  it.each([laptop, phone])('loads without layout shifts, $viewport.width px wide', async (options) => {
    const page = await fixture.blank(options);
    await page.addInitScript(`window.shifted = 0;
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) shifted += value;
      }).observe({ type: 'layout-shift', buffered: true });`);
    await page.goto(fixture.lab.url);
    await page.locator('.chart canvas').nth(2).waitFor();
    // The limit for a good score: https://web.dev/articles/cls
    expect(await page.evaluate('shifted')).toBeLessThan(0.1);
  });

  it('shows what an older lab sends, and leaves out the rest', async () => {
    const { workers, leader, heartbeat, monitor, pendingUpdates } = state;
    const now = {
      ...{ atMs: state.atMs, storeError: null, stoppedWorkers: [], outage: null, alertFlag: null },
      ...{ workers, leader, heartbeat, monitor, pendingUpdates },
    };
    const page = await openWith([
      ['lab', facts()],
      ['now', now],
      ['chats', state.chats.slice(0, 1)],
      ['audit', []],
    ]);
    await page.locator('#messages-1001 .bubble.bot').first().waitFor();
    await page.locator('[data-worker]').first().waitFor();
    await page.getByText('This lab has no tour.').waitFor();
    expect(await page.locator('#tour-button button').count()).toBe(0);
    expect(await page.locator('[data-fact="journal"]').count()).toBe(0);
    expect(await page.locator('.drill').count()).toBe(0);
  });

  it('does not grow over a long day', async () => {
    const many = <T>(count: number, make: (index: number) => T): T[] =>
      Array.from({ length: count }, (_, i) => make(i));
    const message = (id: number) => ({
      id,
      from: 'bot',
      text: `${id}`,
      atMs: id,
      buttons: [],
      edited: false,
    });
    const line = (seq: number) => ({
      ...{ seq, atMs: seq, source: 's', level: 'info', message: 'm', details: '' },
    });
    const sample = (second: number) => ({
      ...{ atMs: second * 1000, updatesPerSecond: 1, latencyMs: null, heartbeatAgeSeconds: 1 },
    });
    const [first] = state.chats;
    const page = await openWith([
      ['lab', facts()],
      ['chats', [{ ...first, messages: many(200, message) }]],
      ...many(30, (part) => ['log', many(100, (index) => line(part * 100 + index + 1))] as const),
      ['samples', many(600, sample)],
      ...many(900, (second) => ['sample', sample(600 + second)] as const),
    ]);
    await page.locator('#messages-1001').getByText('199', { exact: true }).waitFor();
    await page.locator('.chart canvas').first().waitFor();
    expect(await page.locator('.log .line').count()).toBeLessThanOrEqual(400);
    expect(await page.locator('#messages-1001 .bubble').count()).toBeLessThanOrEqual(60);
    expect(await page.locator('*').count()).toBeLessThan(4000);
    // Each reconnection repeats all events; the newest sample is still the last.
    await waitUntil(page, 'plots.every(({ data }) => data[0].at(-1) === 1499)');
    const lengths = await page.evaluate('plots.flatMap(({ data }) => data.map(({ length }) => length))');
    expect(new Set(lengths as number[])).toEqual(new Set([600]));
  });

  it('labels the charts’ axes exactly, in the page’s language', async () => {
    const { times } = state;
    const sample = (second: number) => ({
      ...{ atMs: second * 1000, updatesPerSecond: second % 2, heartbeatAgeSeconds: second },
      latencyMs: { p50: 600, p99: 1200 },
    });
    const page = await openWith(
      [
        ['lab', { ...facts(), times: { ...times, heartbeatStaleSeconds: 300 } }],
        ['samples', [sample(1), sample(2)]],
      ],
      { ...laptop, locale: 'ru-RU' },
    );
    await page.locator('.chart canvas').nth(2).waitFor({ state: 'attached' });
    await waitUntil(page, 'plots.every(({ axes }) => axes[1]._values?.length > 1)');
    expect(await page.evaluate('plots.map(({ axes }) => axes[1]._values)')).toEqual([
      ['0', '1'],
      ['0', '500 мс', '1 с'],
      ['0', '2 мин', '4 мин'],
    ]);
  });

  /** How many positions the lease's bar took between two events, for three events. */
  const watchLease = `new Promise((resolve) => {
    const places = new Map();
    const look = () => {
      const { dataset, style } = document.querySelector('[data-lock="true"] [data-rate]');
      if (!places.has(dataset.share)) places.set(dataset.share, new Set());
      places.get(dataset.share).add(style.transform);
      places.size < 4 ? requestAnimationFrame(look) : resolve([...places.values()].slice(0, 3).map(({ size }) => size));
    };
    look();
  })`;

  it('moves the lease’s bar between two events', async () => {
    const page = await fixture.open();
    const places = (await page.evaluate(watchLease)) as number[];
    expect(Math.max(...places)).toBeGreaterThan(3);
  });

  it('moves nothing between events with reduced motion', async () => {
    const page = await fixture.open({ ...laptop, reducedMotion: 'reduce' });
    const places = (await page.evaluate(watchLease)) as number[];
    // The new position is drawn in the same frame or in the next.
    expect(Math.max(...places)).toBeLessThanOrEqual(2);
    const animations = await page.evaluate(
      'document.getAnimations().filter(({ playState }) => playState === "running").length',
    );
    expect(animations).toBe(0);
  });
});

/** Queue mode on the control room's page, in both languages; the test sends the lab's events itself. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConsumerView, QueueSection } from '../../services/lab/control-room/queue-section.ts';
import { type ControlRoom, openControlRoom } from '../../services/lab/control-room/server.ts';
import { queueDrillFacts } from '../../services/lab/drills/queue-drill-facts.ts';
import { type ControlRoomBrowser, executablePath, laptop, openBrowser, phone } from './browser.ts';
import { labSection, nowSection, openScriptedPage } from './scripted-page.ts';

const consumer: ConsumerView = {
  ...{ name: 'consumer-1', pid: 300, sidecarPid: 400, role: 'consumer', health: 'ok', frozen: false },
  ...{ startedAtMs: 0, beatAgeSeconds: 4, lagSeconds: 0.25, details: { running: 2, held: 3 } },
};
const queue: QueueSection = {
  ...{ visible: 7, inFlight: 3, deadLetters: 1, visibilitySeconds: 30 },
  consumers: [consumer],
  stoppedConsumers: [],
};

describe.skipIf(executablePath === undefined)('queue mode on the page', () => {
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

  const open = (options: BrowserContextOptions) => openScriptedPage(browser, room.url, options);

  it.each([
    {
      options: laptop,
      work: '2 handlers running · 3 held · longest wait 250 ms',
      beat: 'pid 300 · heartbeat 4 s ago',
      silent: 'others get what it holds after 30 s',
      frozen: 'frozen',
      broken: 'the updates queue refuses every call',
    },
    {
      options: { ...phone, locale: 'ru-RU' },
      work: 'обработчиков запущено: 2 · получено: 3 · дольше всего ждали 250 мс',
      beat: 'pid 300 · heartbeat 4 с назад',
      silent: 'через 30 с его сообщения получат другие',
      frozen: 'заморожен',
      broken: 'очередь обновлений отклоняет все вызовы',
    },
  ])(
    'shows the consumers and the queue, $options.locale',
    async ({ options, work, beat, silent, frozen, broken }) => {
      const { page, send } = await open(options);
      await send('queue', queue);
      const card = page.locator('[data-consumer="consumer-1"]');
      await card.getByText(work).waitFor();
      await card.getByText(beat).waitFor();
      const values = await page.locator('#queue .fact .value').allTextContents();
      expect(values).toEqual(['7', '3', '1']);
      await send('queue', { ...queue, consumers: [{ ...consumer, role: 'silent', frozen: true }] });
      await card.getByText(silent).waitFor();
      await card.getByText(frozen, { exact: true }).waitFor();
      expect(await card.locator('[data-signal="SIGCONT"]').count()).toBe(1);
      await send('now', nowSection({ faults: { ...nowSection().faults, queue: 'away' } }));
      await page.locator('#faults').getByText(broken).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport.width);
    },
  );

  it('shows nothing of it while handlers run in the worker', async () => {
    const { page, send } = await open(laptop);
    expect(await page.locator('#queue').isVisible()).toBe(false);
    await send('queue', null);
    expect(await page.locator('#queue').isVisible()).toBe(false);
    expect(await page.locator('#drills-queue').count()).toBe(0);
    await send('lab', { ...labSection, drills: [...labSection.drills, ...queueDrillFacts] });
    await page.locator('#drills-queue').waitFor();
    expect(await page.locator('[data-drill-card="freeze-consumer"]').count()).toBe(1);
  });
});

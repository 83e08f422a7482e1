/**
 * The load, the drills and the guided tour, started by their buttons in a real Chromium.
 *
 * The page's word on a promise is not enough: the tests check the store and the Bot API server as well.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readLockHolder } from '../../services/core/lease/lock-value.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { isAlive } from '../support/lab.ts';
import { until } from '../support/program.ts';
import { allIsWell, executablePath, laptop, phone, seriousViolations } from './browser.ts';
import { type ControlRoomFixture, startControlRoomFixture } from './browser-fixture.ts';

const keys = storeKeys('');
/** Six steps with an outage, a rogue poller and a quarantine among them. */
const tourPatienceMs = 240_000;
const drillPatienceMs = 60_000;

describe.skipIf(executablePath === undefined)('the control room’s load, drills and tour', () => {
  let fixture: ControlRoomFixture;

  beforeAll(async () => {
    fixture = await startControlRoomFixture({ args: ['--speed', '30'] });
  });

  afterAll(() => fixture?.stop());

  afterEach(async () => {
    await fixture.closePages();
    expect(fixture.complaints()).toEqual([]);
  });

  const telegram = () => fixture.lab.telegram();
  const faults = (): Promise<readonly unknown[]> => fixture.lab.emulator('faults');
  const get = async (key: string): Promise<string> => String(await fixture.lab.store('GET', key));

  /** Terms in the audit trail: like the epoch, it starts again with an emptied store. */
  async function termsOnRecord(): Promise<number> {
    const entries = (await fixture.lab.store('XRANGE', keys.audit, '-', '+')) as readonly [
      string,
      string[],
    ][];
    return entries.filter(([, fields]) => fields.includes('acquired')).length;
  }

  const figure = async (page: Page, name: string): Promise<number> =>
    Number(await page.locator(`[data-figure="${name}"] dd`).textContent());

  it('loses and reorders nothing under load', async () => {
    const page = await fixture.open();
    const before = await telegram();
    await page.getByLabel('Messages per second').fill('60');
    await page.getByLabel('Chats').fill('12');
    await page.getByRole('button', { name: 'Start the load' }).click();
    await until('a hundred answers', async () =>
      (await figure(page, 'answered')) >= 100 ? true : undefined,
    );
    await page.locator('.load').getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Start the load' }).waitFor();
    await until('the last answer', async () =>
      (await figure(page, 'waiting')) === 0 && (await figure(page, 'answered')) >= 100 ? true : undefined,
    );
    const sent = await figure(page, 'sent');
    for (const name of ['lost', 'outOfOrder', 'repeated']) expect(await figure(page, name)).toBe(0);
    expect(await figure(page, 'answered')).toBe(sent);
    const after = await telegram();
    expect(after.confirmed - before.confirmed).toBe(sent);
    expect(after.sentMessagesTotal - before.sentMessagesTotal).toBe(sent);
    const chats = after.sentMessages.slice(-sent).map(({ chat_id }) => chat_id);
    expect(new Set(chats).size).toBe(12);
    expect(after.pending).toBe(0);
  });

  it('refuses an impossible load in the page’s language', async () => {
    const page = await fixture.open();
    await page.getByLabel('Chats').fill('5000');
    await page.locator('#load-form').evaluate((form) => form.setAttribute('novalidate', ''));
    await page.getByRole('button', { name: 'Start the load' }).click();
    await page.locator('#load-trouble').getByText('That did not work').waitFor();
    expect(await page.locator('#load-trouble').textContent()).toContain('200');
    await page.getByRole('button', { name: 'Русский' }).click();
    await page.getByRole('button', { name: 'Дать нагрузку' }).click();
    await page.locator('#load-trouble').getByText('чатов: ожидается целое число от 1 до 200').waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    // The browser logs each refused request by itself.
    expect(fixture.complaints().filter((line) => !line.includes('400'))).toEqual([]);
  });

  it('runs the kill drill, and the standby keeps the promise', async () => {
    const page = await fixture.open();
    const [lock, epoch, before] = [await get(keys.lock), await get(keys.epoch), await telegram()];
    const { pid } = readLockHolder(lock);
    const card = page.locator('[data-drill-card="kill"]');
    await card.getByRole('button', { name: 'Run: Kill a worker' }).click();
    await card.locator('.verdict', { hasText: '✓ kept' }).waitFor({ timeout: drillPatienceMs });
    expect(await card.getAttribute('data-state')).toBe('kept');
    expect(isAlive(pid ?? 0)).toBe(false);
    expect(readLockHolder(await get(keys.lock)).pid).not.toBe(pid);
    expect(Number(await get(keys.epoch))).toBe(Number(epoch) + 1);
    expect((await telegram()).overlaps).toBe(before.overlaps);
    expect(await card.locator('.measured').textContent()).toMatch(/Lost0/);
    await allIsWell(page);
  });

  it('breaks and fixes Telegram by the same button, on a phone and by keyboard', async () => {
    const page = await fixture.open(phone);
    const card = page.locator('[data-drill-card="telegram-502"]');
    await card.getByRole('button').focus();
    await page.keyboard.press('Enter');
    await card.getByRole('button', { name: 'Починить' }).waitFor();
    await until('Telegram is broken', async () => ((await faults()).length > 0 ? true : undefined));
    await page.locator('#faults').getByText('Сломано намеренно').waitFor();
    await until('a poll was refused', async () =>
      JSON.stringify(await faults()).includes('"met":0') ? undefined : true,
    );
    // The focus has stayed: the same key fixes.
    await page.keyboard.press('Enter');
    await until('Telegram is well', async () => ((await faults()).length === 0 ? true : undefined));
    await card.locator('.verdict', { hasText: '✓ выполнено' }).waitFor({ timeout: drillPatienceMs });
    await page.locator('#faults').waitFor({ state: 'hidden' });
  });

  it('keeps all six promises of the guided tour', { timeout: tourPatienceMs }, async () => {
    const page = await fixture.open();
    const before = await telegram();
    await fixture.lab.store('SET', 'before-the-tour', 'here');
    // An outage that ended a moment ago must not change what the tour's own outage shows.
    const earlier = { id: 'earlier', state: 'recovered', since_ms: 1, opened_ms: 1, told: 1 };
    const record = Object.entries({ ...earlier, recovered_ms: Date.now() })
      .flat()
      .map(String);
    await fixture.lab.store('HSET', keys.outage, ...record);
    await page.getByRole('button', { name: 'Start the tour' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Stop the tour' }).waitFor();
    await page.locator('.step[data-state="running"]').waitFor();
    // The page’s language is the alerts’, too.
    const small = await fixture.blank({ ...phone, locale: 'en-US' });
    await small.goto(fixture.lab.url);
    await small.locator('.step[data-state="running"]').waitFor();
    await small.evaluate('document.getElementById("tour").scrollIntoView()');
    for (const { of, size } of [
      { of: page, size: laptop.viewport },
      { of: small, size: phone.viewport },
    ]) {
      for (const part of ['.step[data-state="running"]', '.phone']) {
        const box = await of.locator(part).first().boundingBox();
        const isSeen = (box?.y ?? -1) >= 0 && (box?.y ?? 0) + (box?.height ?? 0) <= size.height;
        expect([size.width, part, isSeen]).toEqual([size.width, part, true]);
      }
    }
    await page.getByRole('button', { name: 'Start it again' }).waitFor({ timeout: tourPatienceMs });
    const steps = page.locator('.step');
    const states = await steps.evaluateAll((all) =>
      all.map((step) => `${step.getAttribute('data-step')}: ${step.getAttribute('data-state')}`),
    );
    expect(states, (await page.locator('.steps').textContent()) ?? '').toEqual(
      ['hello', 'deploy', 'crash', 'hung', 'rogue', 'wiped'].map((id) => `${id}: kept`),
    );
    await page.getByText('All 6 promises held.').waitFor();

    // The same facts from the store and the Bot API server.
    const after = await telegram();
    const alerts = after.sentMessages.filter(({ text }) => /The bot has been silent/.test(text ?? ''));
    expect(new Set(alerts.map(({ chat_id }) => chat_id))).toEqual(new Set([2001, 2002]));
    expect(after.conflicts).toBeGreaterThan(before.conflicts);
    expect(after.pending).toBe(0);
    // The last step wiped the store: its keys are gone, and the terms are counted from 1 again.
    expect(await fixture.lab.store('EXISTS', 'before-the-tour')).toBe(0);
    await until('every term since then is on record', async () =>
      Number(await get(keys.epoch)) === (await termsOnRecord()) ? true : undefined,
    );
    expect(isAlive(readLockHolder(await get(keys.lock)).pid ?? 0)).toBe(true);
    expect(await faults()).toEqual([]);
    await allIsWell(page);

    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousViolations(page)).toEqual([]);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
  });
});

/**
 * The control room breaks things: the load, the drills and the guided tour by their buttons, in a real Chromium.
 *
 * What the page says of a promise is not taken at its word: the store and the Bot API server are asked as well.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readLockHolder } from '../../services/core/lease/lock-value.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { isAlive } from '../support/lab.ts';
import { until } from '../support/program.ts';
import { allIsWell, executablePath, graveFaults, phone } from './browser.ts';
import { type RoomStage, startRoomStage } from './browser-fixture.ts';

const keys = storeKeys('');
/** Six steps with an outage, a rogue poller and a quarantine among them. */
const tourPatienceMs = 240_000;
const drillPatienceMs = 60_000;

describe.skipIf(executablePath === undefined)('the control room breaks things', () => {
  let stage: RoomStage;

  beforeAll(async () => {
    stage = await startRoomStage({ args: ['--speed', '30'] });
  });

  afterAll(() => stage?.stop());

  afterEach(async () => {
    await stage.closePages();
    expect(stage.complaints()).toEqual([]);
  });

  const telegram = () => stage.lab.telegram();
  const faults = (): Promise<readonly unknown[]> => stage.lab.emulator('faults');
  const get = async (key: string): Promise<string> => String(await stage.lab.store('GET', key));

  /** How often the lock was taken, by the audit trail: it begins anew with the store, as the epoch does. */
  async function termsOnRecord(): Promise<number> {
    const entries = (await stage.lab.store('XRANGE', keys.audit, '-', '+')) as readonly [string, string[]][];
    return entries.filter(([, fields]) => fields.includes('acquired')).length;
  }

  const figure = async (page: Page, name: string): Promise<number> =>
    Number(await page.locator(`[data-figure="${name}"] dd`).textContent());

  it('shows under load that nothing is lost and nothing overtakes', async () => {
    const page = await stage.open();
    const before = await telegram();
    await page.getByLabel('Messages a second').fill('60');
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

  it('refuses a load that it cannot give, in words of the page’s language', async () => {
    const page = await stage.open();
    await page.getByLabel('Chats').fill('5000');
    await page.locator('#load-form').evaluate((form) => form.setAttribute('novalidate', ''));
    await page.getByRole('button', { name: 'Start the load' }).click();
    await page.locator('#load-trouble').getByText('It did not work').waitFor();
    expect(await page.locator('#load-trouble').textContent()).toContain('200');
    await page.getByRole('button', { name: 'Русский' }).click();
    await page.getByRole('button', { name: 'Дать нагрузку' }).click();
    await page.locator('#load-trouble').getByText('чатов: ожидается целое число от 1 до 200').waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    // A refusal is one line of the browser's own in the console.
    expect(stage.complaints().filter((line) => !line.includes('400'))).toEqual([]);
  });

  it('kills the leader by the drill’s button, and the standby keeps the promise', async () => {
    const page = await stage.open();
    const [lock, epoch, before] = [await get(keys.lock), await get(keys.epoch), await telegram()];
    const { pid } = readLockHolder(lock);
    const card = page.locator('[data-drill-card="kill"]');
    await card.getByRole('button', { name: 'Run it: Kill a worker' }).click();
    await card.locator('.verdict', { hasText: '✓ kept' }).waitFor({ timeout: drillPatienceMs });
    expect(await card.getAttribute('data-state')).toBe('kept');
    expect(isAlive(pid ?? 0)).toBe(false);
    expect(readLockHolder(await get(keys.lock)).pid).not.toBe(pid);
    expect(Number(await get(keys.epoch))).toBe(Number(epoch) + 1);
    expect((await telegram()).overlaps).toBe(before.overlaps);
    expect(await card.locator('.measured').textContent()).toMatch(/Lost0/);
    await allIsWell(page);
  });

  it('breaks Telegram and mends it by the same button, on a phone and by keyboard', async () => {
    const page = await stage.open(phone);
    const card = page.locator('[data-drill-card="telegram-502"]');
    await card.getByRole('button').focus();
    await page.keyboard.press('Enter');
    await card.getByRole('button', { name: 'Починить' }).waitFor();
    await until('Telegram is broken', async () => ((await faults()).length > 0 ? true : undefined));
    await page.locator('#faults').getByText('Сломано нарочно').waitFor();
    await until('a poll was refused', async () =>
      JSON.stringify(await faults()).includes('"met":0') ? undefined : true,
    );
    // The focus is still there: the same key mends.
    await page.keyboard.press('Enter');
    await until('Telegram is well', async () => ((await faults()).length === 0 ? true : undefined));
    await card.locator('.verdict', { hasText: 'сдержано' }).waitFor({ timeout: drillPatienceMs });
    await page.locator('#faults').waitFor({ state: 'hidden' });
  });

  it('keeps six promises in the guided tour', { timeout: tourPatienceMs }, async () => {
    const page = await stage.open();
    const before = await telegram();
    await stage.lab.store('SET', 'before-the-tour', 'here');
    await page.getByRole('button', { name: 'Start the tour' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Stop the tour' }).waitFor();
    await page.locator('.step[data-state="running"]').waitFor();
    await page.getByRole('button', { name: 'Start it again' }).waitFor({ timeout: tourPatienceMs });
    const steps = page.locator('.step');
    const states = await steps.evaluateAll((all) =>
      all.map((step) => `${step.getAttribute('data-step')}: ${step.getAttribute('data-state')}`),
    );
    expect(states, (await page.locator('.steps').textContent()) ?? '').toEqual(
      ['hello', 'deploy', 'crash', 'hung', 'rogue', 'wiped'].map((id) => `${id}: kept`),
    );
    await page.getByText('All 6 promises held.').waitFor();

    // What must have happened for that, told by others than the page.
    const after = await telegram();
    const told = after.sentMessages.filter(({ text }) => /The bot has been silent/.test(text));
    expect(new Set(told.map(({ chat_id }) => chat_id))).toEqual(new Set([2001, 2002]));
    expect(after.conflicts).toBeGreaterThan(before.conflicts);
    expect(after.pending).toBe(0);
    // The last step wiped the store: what was in it is gone, and the terms are counted anew.
    expect(await stage.lab.store('EXISTS', 'before-the-tour')).toBe(0);
    await until('every term since then is on record', async () =>
      Number(await get(keys.epoch)) === (await termsOnRecord()) ? true : undefined,
    );
    expect(isAlive(readLockHolder(await get(keys.lock)).pid ?? 0)).toBe(true);
    expect(await faults()).toEqual([]);
    await allIsWell(page);

    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await graveFaults(page)).toEqual([]);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
  });
});

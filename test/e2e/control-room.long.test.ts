/** The control room in a real Chromium: a newcomer's first five minutes. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../support/lab.ts';
import { until } from '../support/program.ts';
import { allIsWell, answersTo, executablePath, laptop, phone, say, tabTo } from './browser.ts';
import { type ControlRoomFixture, startControlRoomFixture } from './browser-fixture.ts';

const tinyPng = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe.skipIf(executablePath === undefined)('the control room', () => {
  let fixture: ControlRoomFixture;

  beforeAll(async () => {
    fixture = await startControlRoomFixture({ args: ['--speed', '30'] });
  });

  afterAll(() => fixture?.stop());

  afterEach(async () => {
    await fixture.closePages();
    expect(fixture.complaints()).toEqual([]);
  });

  async function onEveryWorker(page: Page, button: string): Promise<void> {
    const cards = await page.locator('[data-worker]').all();
    const names = await Promise.all(cards.map((card) => card.getAttribute('data-worker')));
    for (const name of names) await page.getByRole('button', { name: `${button} ${name}:` }).click();
  }

  it.each([
    { on: 'a laptop', options: laptop },
    { on: 'a larger laptop', options: { ...laptop, viewport: { width: 1440, height: 900 } } },
    { on: 'a phone', options: { ...phone, locale: 'en-US' } },
  ])(
    'answers on the first screen of $on: what is it, is all well, how to say something, how to break it',
    async ({ options }) => {
      const page = await fixture.open(options);
      const first = [
        page.getByRole('heading', { name: 'StaffProBot' }),
        page.getByText('A Telegram bot that exactly one process polls'),
        page.locator('#summary'),
        page.getByRole('button', { name: 'Send' }),
        page.locator('#quick-drills button').first(),
      ];
      for (const one of first) {
        const box = await one.boundingBox();
        expect((box?.y ?? Number.NaN) + (box?.height ?? 0)).toBeLessThanOrEqual(options.viewport.height);
      }
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport.width);
    },
  );

  it('lets several people write at once', async () => {
    const page = await fixture.open();
    await say(page, '/start');
    expect(await answersTo(page).last().textContent()).toContain('Hello!');
    await page.getByRole('button', { name: 'Gleb' }).click();
    await page.getByRole('button', { name: 'Dina' }).click();
    await page.locator('#messages-1003').waitFor();
    await page.getByRole('button', { name: '/get_chat_id', exact: true }).click();
    for (const id of [1001, 1002, 1003]) await answersTo(page, id).getByText(`Chat number: ${id}`).waitFor();
    await page.locator('#messages-1001 .bubble.person[data-waiting="false"]').nth(1).waitFor();
    // Anna is deselected; the last one chosen cannot be.
    await page.getByRole('button', { name: 'Anna' }).click();
    await page.getByRole('button', { name: 'Gleb' }).click();
    await page.getByRole('button', { name: 'Dina' }).click();
    await page.locator('#messages-1001').waitFor({ state: 'detached' });
    expect(await page.locator('.conversation').count()).toBe(1);
    expect(await page.locator('#text').getAttribute('placeholder')).toBe('Write as Dina…');
  });

  it('shows what people send besides text: photos of an album, a place', async () => {
    const page = await fixture.open();
    await page.locator('#text').fill('look');
    await page.getByLabel('Attach files').setInputFiles(
      ['one.svg', 'two.png'].map((name) => ({
        name,
        mimeType: name.endsWith('.png') ? 'image/png' : 'image/svg+xml',
        buffer: tinyPng,
      })),
    );
    await page.getByRole('img', { name: 'Photo 1 × 1' }).waitFor();
    await page.waitForFunction("document.querySelector('.attachment img').naturalWidth === 1");
    await page.getByRole('link', { name: 'one.svg' }).waitFor();
    await page.locator('#messages-1001 .bubble.person', { hasText: 'look' }).first().waitFor();
    await page.getByRole('button', { name: 'My location' }).click();
    await page.getByRole('link', { name: /^55\.\d+, 37\.\d+$/ }).waitFor();
  });

  it('keeps the conversation going after the leader is killed', async () => {
    const page = await fixture.open();
    const leader = page.locator('[data-lock="true"]');
    const name = await leader.getAttribute('data-worker');
    await leader.getByRole('button', { name: 'Kill' }).click();
    await page.getByRole('button', { name: '/get_chat_id', exact: true }).click();
    await answersTo(page).getByText('Chat number: 1001').first().waitFor();
    await page.locator('.takeover').first().waitFor();
    await page.getByText(`${name} ended: SIGKILL`).waitFor();
    await allIsWell(page);
    expect(await leader.getAttribute('data-worker')).not.toBe(name);
  });

  it('sends the alert to a superadmin’s phone, where one tap repairs the bot', async () => {
    const page = await fixture.open();
    const before = await fixture.lab.state();
    const frozen = before.workers.map(({ pid }) => pid ?? 0);
    await onEveryWorker(page, 'Freeze');
    await page.locator('#summary[data-tone="bad"]').waitFor();
    expect(await page.locator('#summary').textContent()).toMatch(/^Outage: the bot has been silent for/);
    const alert = page.locator('#screen .bubble.bot', { hasText: 'The bot has been silent' });
    await alert.waitFor();
    const opened = page.waitForEvent('popup');
    await alert.getByRole('link').first().click();
    const link = await opened;
    await link.getByRole('button').click();
    await link.getByRole('heading', { name: 'The bot works again' }).waitFor();
    await link.close();
    await allIsWell(page);
    await page.locator('#screen .bubble.bot').getByText('The bot works again').waitFor();
    const { leader, audit } = await fixture.lab.state();
    expect(frozen).not.toContain(leader?.pid);
    expect(audit?.some(({ event }) => event === 'recovered')).toBe(true);

    await page.getByRole('tab', { name: 'Mail (SNS)' }).click();
    await page.locator('#screen .notice').getByText('StaffProBot is down').waitFor();
    await page.getByRole('tab', { name: 'Inbox' }).click();
    await page.locator('#screen .notice').getByText('The bot works again').waitFor();
    await page.locator('#person-2001').click();
    await page.locator('#person-1001').click();
    await page.locator('#messages-2001').waitFor();
    await page.getByRole('button', { name: '/notifications', exact: true }).click();
    await page.locator('.conversation').getByRole('button', { name: 'Mark as read' }).first().click();
    await page.locator('.conversation .toast').getByText('Marked').waitFor();
    await until('the hung workers are gone', () => (frozen.some(isAlive) ? undefined : true));
  });

  it('recovers the bot and reports each step', async () => {
    const page = await fixture.open();
    await page.getByLabel('Reason, for the audit trail').fill('rehearsal');
    await page.getByRole('button', { name: 'Recover' }).click();
    await page.locator('#ops-result .outcome[data-tone="good"]').waitFor();
    expect(await page.locator('#ops-result').textContent()).toContain('wait for a fresh heartbeat: done');
    await page.locator('.timeline').getByText('rehearsal').first().waitFor();
    await allIsWell(page);
  });

  it('asks before it deletes, and keeps the answers of earlier repairs', async () => {
    const page = await fixture.open();
    const deletes = page.getByRole('button', { name: 'Delete for good' });
    await page.locator('[data-action="status"]').click();
    await page.locator('#ops-result').getByText('Status: done').waitFor();
    await page.locator('[data-action="drop-updates"]').first().click();
    await page.getByRole('alertdialog').getByText('Drop anyway?').waitFor();
    await page.keyboard.press('Enter');
    await deletes.waitFor({ state: 'detached' });
    expect(await page.locator('#ops-result .run').count()).toBe(1);
    await page.locator('[data-action="drop-updates"]').first().click();
    await deletes.click();
    await page.locator('#ops-result').getByText('Drop updates: done').waitFor();
    expect(await page.locator('#ops-result').textContent()).toMatch(/Drop updates: done.*Status: done/s);
  });

  it('switches between English and Russian and remembers the choice', async () => {
    const page = await fixture.open();
    await page.getByRole('button', { name: 'Русский' }).click();
    await page.getByRole('heading', { name: 'Разговор с ботом' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await say(page, '/start');
    expect(await answersTo(page).last().textContent()).toContain('Здравствуйте');
    await page.reload();
    await page.getByRole('heading', { name: 'Разговор с ботом' }).waitFor();
  });

  it('has controls large enough for touch', async () => {
    const page = await fixture.open(phone);
    await say(page, '/start');
    await page.locator('[data-do="ops"][data-action="status"]').click();
    await page.locator('#ops-result summary').waitFor();
    const touched = page
      .locator('button, select, input, summary, label:has(input), a')
      .filter({ visible: true });
    const found = await touched.evaluateAll((elements) =>
      elements.map((element) => ({
        tag: element.localName,
        name: element.textContent.trim() || element.id,
        // A checkbox is pressed by its label.
        height: (element.closest('label') ?? element).getBoundingClientRect().height,
        isOffPage: element.getBoundingClientRect().bottom < 0,
      })),
    );
    expect(new Set(found.map(({ tag }) => tag)).size).toBe(6);
    expect(found.filter(({ height, isOffPage }) => height < 44 && !isOffPage)).toEqual([]);
    // iOS zooms into fields with smaller letters.
    const fields = 'input:not([type="checkbox"]), select';
    const letters = await page.evaluate(
      `[...document.querySelectorAll('${fields}')].map((field) => parseFloat(getComputedStyle(field).fontSize))`,
    );
    expect(Math.min(...(letters as number[]))).toBeGreaterThanOrEqual(16);
  });

  it('follows the system’s colour scheme', async () => {
    const grounds: unknown[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await fixture.open({ ...laptop, colorScheme });
      grounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
    }
    expect(grounds).toEqual(['rgb(243, 245, 248)', 'rgb(14, 19, 25)']);
  });

  it('works by keyboard alone', async () => {
    const page = await fixture.open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.keyboard.press('Enter');
    await tabTo(page, '[data-do="tour"], #workers button');
    const freeze = '[data-role="standby"] [data-key="freeze"]';
    await tabTo(page, freeze);
    await page.keyboard.press('Enter');
    await page.locator('[data-key="freeze"][data-signal="SIGCONT"]').waitFor();
    // The focus has stayed: the same key resumes it.
    await page.keyboard.press('Enter');
    await allIsWell(page);
    await tabTo(page, '[role="tab"]');
    await page.keyboard.press('ArrowRight');
    await page.locator('#app-inbox[aria-selected="true"]:focus').waitFor();
    await tabTo(page, '#person-1002');
    await page.keyboard.press('Space');
    await page.locator('#person-1002[aria-pressed="true"]:focus').waitFor();
    await tabTo(page, '#text');
    await page.keyboard.type('/get_chat_id');
    await page.keyboard.press('Enter');
    await answersTo(page, 1002).getByText('Chat number: 1002').last().waitFor();
  });

  it('keeps other pages from framing it, running scripts in it or calling its API', async () => {
    const { headers } = await fetch(fixture.lab.url);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    const page = await fixture.open();
    const otherPage = await page.context().newPage();
    await otherPage.goto('data:text/html,<p>a foreign page</p>');
    const outcome = await otherPage.evaluate(
      `fetch('${fixture.lab.url}/api/ops', {method: 'POST', mode: 'no-cors', body: '{"action":"restart","reason":"another page"}'}).then(() => 'answered', () => 'refused')`,
    );
    expect(outcome).toBe('refused');
    const { audit } = await fixture.lab.state();
    expect(audit?.filter(({ why }) => why.includes('another page'))).toEqual([]);
  });

  it('says that the lab is gone, and stops its bars', async () => {
    const page = await fixture.open();
    await fixture.lab.stop();
    await page.locator('#summary').getByText('The lab does not answer').waitFor();
    const positions = await page.evaluate(`new Promise((resolve) => {
      const seen = new Set();
      let frames = 0;
      const look = () => {
        for (const bar of document.querySelectorAll('[data-rate]')) seen.add(bar.style.transform + bar.dataset.share);
        frames += 1;
        frames < 30 ? requestAnimationFrame(look) : resolve(seen.size);
      };
      look();
    })`);
    expect(positions).toBe(await page.locator('[data-rate]').count());
    // The browser logs each failed connection by itself.
    expect(fixture.complaints().filter((line) => !line.includes('ERR_'))).toEqual([]);
  });
});

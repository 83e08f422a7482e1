/** The control room in a real Chromium: what a newcomer does in the first five minutes. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LabProcess, startLab } from '../support/lab.ts';
import { realTool } from '../support/real-tools.ts';

const executablePath = realTool('chromium');
const browserArguments = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const laptop = { viewport: { width: 1280, height: 800 }, locale: 'en-US' };
const phone = { viewport: { width: 390, height: 844 }, locale: 'ru-RU', hasTouch: true, isMobile: true };

describe.skipIf(executablePath === undefined)('the control room', () => {
  let browser: Browser;
  let lab: LabProcess;
  const complaints: string[] = [];

  beforeAll(async () => {
    lab = await startLab({ args: ['--speed', '30'] });
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: browserArguments });
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.stop();
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  /** A page on which all is well; whatever its console says is a complaint. */
  async function open(options: BrowserContextOptions = laptop): Promise<Page> {
    const page = await (await browser.newContext(options)).newPage();
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(lab.url);
    await allIsWell(page);
    return page;
  }

  const allIsWell = (page: Page) => page.locator('#summary[data-tone="good"]').waitFor();
  const answers = (page: Page) => page.locator('.bubble.bot');

  async function onEveryWorker(page: Page, button: string): Promise<void> {
    const cards = await page.locator('[data-worker]').all();
    const names = await Promise.all(cards.map((card) => card.getAttribute('data-worker')));
    for (const name of names) await page.getByRole('button', { name: `${button} ${name}:` }).click();
  }

  async function say(page: Page, text: string): Promise<void> {
    const before = await answers(page).count();
    await page.locator('#text').fill(text);
    await page.locator('#text').press('Enter');
    await answers(page).nth(before).waitFor();
  }

  it('holds a conversation', async () => {
    const page = await open();
    await say(page, '/start');
    expect(await answers(page).last().textContent()).toContain('Hello!');
    await page.getByRole('button', { name: '/help', exact: true }).click();
    await answers(page).getByText('/get_chat_id — the number').waitFor();
    await page.locator('.bubble.person[data-waiting="false"]').nth(1).waitFor();
  });

  it('keeps the conversation going when the leader is killed', async () => {
    const page = await open();
    const leader = page.locator('[data-lock="true"]');
    const name = await leader.getAttribute('data-worker');
    await leader.getByRole('button', { name: 'Kill' }).click();
    await page.getByRole('button', { name: '/get_chat_id', exact: true }).click();
    await answers(page).getByText('Chat number: 1001').first().waitFor();
    await page.locator('.takeover').first().waitFor();
    await page.getByText(`${name} ended: SIGKILL`).waitFor();
    await allIsWell(page);
    expect(await leader.getAttribute('data-worker')).not.toBe(name);
  });

  it('shows the alarm to a superadmin and the way out of it', async () => {
    const page = await open();
    await onEveryWorker(page, 'Freeze');
    await page.locator('#summary[data-tone="bad"]').waitFor();
    await page.locator('#alerts .notice').getByText('The bot has been silent').first().waitFor();
    expect(await page.locator('#summary').textContent()).toMatch(/^Outage: the bot has been silent for/);
    await page.getByRole('tab', { name: 'SNS' }).click();
    await page.locator('#alerts .notice').getByText('StaffProBot is down').waitFor();
    await onEveryWorker(page, 'Resume');
    await allIsWell(page);
    await page.locator('#alerts .notice').getByText('StaffProBot works again').waitFor();

    await page.getByRole('tab', { name: 'Boris' }).click();
    await page.getByRole('tab', { name: 'Boris', selected: true }).waitFor();
    await say(page, '/notifications');
    await page.getByRole('button', { name: 'Mark as read' }).click();
    await page.locator('#toast').getByText('Marked').waitFor();
    await page.locator('.bubble .state', { hasText: 'edited' }).waitFor();
  });

  it('repairs, and says what was done', async () => {
    const page = await open();
    await page.getByLabel('Reason, for the audit trail').fill('rehearsal');
    await page.getByRole('button', { name: 'Recover' }).click();
    await page.locator('.outcome[data-tone="good"]').waitFor();
    expect(await page.locator('#ops-result').textContent()).toContain('wait for a fresh heartbeat: done');
    await page.locator('.timeline').getByText('rehearsal').first().waitFor();
    await allIsWell(page);
  });

  it('speaks Russian and English, and remembers which', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Русский' }).click();
    await page.getByRole('heading', { name: 'Разговор с ботом' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await say(page, '/start');
    expect(await answers(page).last().textContent()).toContain('Здравствуйте');
    await page.reload();
    await page.getByRole('heading', { name: 'Разговор с ботом' }).waitFor();
  });

  it('fits a phone', async () => {
    const page = await open(phone);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await say(page, '/start');
    const small = await page
      .locator('button:visible')
      .evaluateAll((buttons) =>
        buttons
          .filter((button) => button.getBoundingClientRect().height < 44)
          .map((button) => button.textContent),
      );
    expect(small).toEqual([]);
  });

  it('is dark where the system is', async () => {
    const grounds: unknown[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open({ ...laptop, colorScheme });
      grounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
    }
    expect(grounds).toEqual(['rgb(244, 246, 248)', 'rgb(16, 21, 27)']);
  });

  it('can be used by keyboard alone', async () => {
    const page = await open();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#person-1001').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate('document.activeElement.id')).toBe('person-2001');
    await page.locator('#person-2001[aria-selected="true"]').waitFor();
    const freeze = page.locator('[data-role="standby"] [data-key="freeze"]');
    await freeze.focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-key="freeze"][data-signal="SIGCONT"]').waitFor();
    // The focus is still there: the same key resumes it.
    await page.keyboard.press('Enter');
    await allIsWell(page);
  });

  it('lets no other page frame it, run scripts in it or speak for it', async () => {
    const { headers } = await fetch(lab.url);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    const page = await open();
    const stranger = await page.context().newPage();
    await stranger.goto('data:text/html,<p>a foreign page</p>');
    const outcome = await stranger.evaluate(
      `fetch('${lab.url}/api/ops', {method: 'POST', mode: 'no-cors', body: '{"action":"restart"}'}).then(() => 'answered', () => 'refused')`,
    );
    expect(outcome).toBe('refused');
    const { audit } = await lab.state();
    expect(audit?.filter(({ event, why }) => event === 'restarted' && why !== 'rehearsal')).toEqual([]);
  });

  it('says so when the lab is gone', async () => {
    const page = await open();
    await lab.stop();
    await page.locator('#summary').getByText('The lab does not answer').waitFor();
    // A browser writes every connection that fails to the console by itself.
    expect(complaints.splice(0).filter((line) => !line.includes('ERR_'))).toEqual([]);
  });
});

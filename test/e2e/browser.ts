/** A Chromium with the control room's page, and steps on that page: for the tests and for the pictures. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { until } from '../support/program.ts';
import { realTool } from '../support/real-tools.ts';

export const executablePath = realTool('chromium');

/** Long enough for an alert and its repair on a busy machine. */
const patienceMs = 25_000;
/** How much of a violation is reported. */
const [nodesShown, htmlShown] = [5, 160];
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
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

export const laptop = {
  viewport: { width: 1280, height: 800 },
  locale: 'en-US',
} satisfies BrowserContextOptions;
export const phone = {
  viewport: { width: 390, height: 844 },
  locale: 'ru-RU',
  hasTouch: true,
  isMobile: true,
} satisfies BrowserContextOptions;

export interface ControlRoomBrowser {
  /** The pages' console messages and errors since the last call: none on a sound page. */
  complaints(): readonly string[];
  /** A page that records its complaints and has not navigated yet. */
  blank(options?: BrowserContextOptions): Promise<Page>;
  /** The control room, once all is well. */
  open(options?: BrowserContextOptions): Promise<Page>;
  closePages(): Promise<void>;
  close(): Promise<void>;
}

export async function openBrowser(url: string): Promise<ControlRoomBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: executablePath ?? '',
    args: browserArguments,
  });
  const said: string[] = [];
  const blank = async (options: BrowserContextOptions = laptop): Promise<Page> => {
    const page = await (await browser.newContext(options)).newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(error.message));
    return page;
  };
  return {
    complaints: () => said.splice(0),
    blank,
    async open(options) {
      const page = await blank(options);
      await page.goto(url);
      await allIsWell(page);
      return page;
    },
    async closePages() {
      for (const context of browser.contexts()) await context.close();
    },
    close: () => browser.close(),
  };
}

export function allIsWell(page: Page): Promise<void> {
  return page.locator('#summary[data-tone="good"]').waitFor();
}

/** The bot's messages to a person; to Anna by default. */
export function answersTo(page: Page, personId = 1001) {
  return page.locator(`#messages-${personId} .bubble.bot`);
}

/** Writes as the chosen people, and waits for the answer to Anna. */
export async function say(page: Page, text: string): Promise<void> {
  const before = await answersTo(page).count();
  await page.locator('#text').fill(text);
  await page.locator('#text').press('Enter');
  await answersTo(page).nth(before).waitFor();
}

/** Waits for a condition in the page. Playwright's own `waitForFunction` needs eval, which the page's policy forbids. */
export async function waitUntil(page: Page, condition: string): Promise<void> {
  await until(condition, async () => ((await page.evaluate(condition)) === true ? true : undefined));
}

/** Presses Tab until a matching element has the focus. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) === true`)) return;
  }
  throw new Error(`not reached by Tab: ${selector}`);
}

/** Accessibility violations that axe rates serious or critical, with their elements. */
export async function seriousViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults;
  if (passes.length < 20) throw new Error(`axe found little to look at: ${passes.length} rules passed`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, htmlShown)).slice(0, nodesShown)}`,
    );
}

/**
 * Draws the pictures of the control room in docs/pictures: `npm run pictures`.
 *
 * Each shows the real page of a running lab, in the machine's own Chromium; only the mouse pointer is drawn. Takes about
 * three minutes, and no arguments (exit code 78). Ctrl-C ends the lab as well and keeps the pictures drawn so far.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { exitCodes } from '../../services/core/platform/exit-codes.ts';
import {
  allIsWell,
  type ControlRoomBrowser,
  executablePath,
  laptop,
  openBrowser,
  phone,
  say,
} from '../e2e/browser.ts';
import { interruptedExitCode, listenForInterruption } from '../support/interruption.ts';
import { readOptions, refuse } from '../support/options.ts';
import { startProgram } from '../support/program.ts';
import { recordTakeOver } from './take-over.ts';

const folder = join(import.meta.dirname, '..', '..', 'docs', 'pictures');
const tourPatienceMs = 300_000;
const sharpness = 1.5;
/** High enough for the tour, the workers and the superadmin's phone. */
const tall: BrowserContextOptions = {
  ...laptop,
  viewport: { width: 1280, height: 1180 },
  deviceScaleFactor: sharpness,
};

readOptions({ options: {}, expected: 'nothing', example: 'npm run pictures' });
if (executablePath === undefined) refuse('chromium: expected on PATH, got nothing; install it and try again');
const interruption = listenForInterruption();
const lab = startProgram('services/lab/main.ts', { LAB_PORT: '0' });
process.exit(await main());

async function main(): Promise<number> {
  try {
    const end = await Promise.race([drawAll(), interruption.came]);
    if (end === 'interrupted') return interrupted();
    for (const complaint of end) process.stderr.write(`${complaint}\n`);
    return end.length === 0 ? exitCodes.cleanStop : exitCodes.bug;
  } catch (error) {
    // The browser and the lab receive the same signal, and may be gone before this process handles it.
    if (!interruption.hasCome()) throw error;
    return interrupted();
  } finally {
    lab.signal('SIGTERM');
    await lab.ended;
  }
}

function interrupted(): number {
  process.stderr.write('interrupted: pictures drawn so far are kept, the others are unchanged\n');
  return interruptedExitCode;
}

/** The pages' complaints. */
async function drawAll(): Promise<readonly string[]> {
  await lab.says(/^ready /m);
  const url = /^ready (\S+)$/m.exec(lab.stdout())?.[1] ?? '';
  const browser = await openBrowser(url);
  await draw(browser);
  const complaints = browser.complaints();
  await browser.close();
  return complaints;
}

async function draw(browser: ControlRoomBrowser): Promise<void> {
  keep('control-room-take-over.png', await recordTakeOver(await browser.open(narrow())));
  await browser.closePages();
  const page = await browser.open(tall);
  await say(page, '/start');
  await page.getByRole('button', { name: 'Start the tour' }).click();
  const step = (id: string, state: string) =>
    page.locator(`[data-step="${id}"][data-state="${state}"]`).waitFor({ timeout: tourPatienceMs });
  await step('hung', 'running');
  await page.locator('#screen .keyboard a').first().waitFor({ timeout: tourPatienceMs });
  await page.emulateMedia({ colorScheme: 'dark' });
  keep('control-room-alert.png', await shot(page));
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('button', { name: 'Start it again' }).waitFor({ timeout: tourPatienceMs });
  // The pictures must not show a broken promise.
  await page.locator('.step[data-state="kept"]').nth(5).waitFor();
  await allIsWell(page);
  keep('control-room-laptop.png', await shot(page));
  await page.emulateMedia({ colorScheme: 'dark' });
  keep('control-room-laptop-dark.png', await shot(page));
  keep('control-room-phone.png', await threePhones(browser));
}

function narrow(): BrowserContextOptions {
  return { ...laptop, viewport: { width: 900, height: 590 } };
}

/** A screenshot after all running animations have finished. */
async function shot(page: Page): Promise<Buffer> {
  await page.evaluate(
    'Promise.all(document.getAnimations().filter(({ effect }) => effect.getTiming().iterations === 1).map(({ finished }) => finished))',
  );
  return page.screenshot();
}

/** Three parts of the page on a phone, side by side. */
async function threePhones({ open, blank }: ControlRoomBrowser): Promise<Buffer> {
  const looks = [
    { at: '.top', options: { locale: 'en-US', colorScheme: 'light' } },
    { at: '#phone', options: { locale: 'en-US', colorScheme: 'dark' } },
    { at: '#timeline-panel', options: { locale: 'ru-RU', colorScheme: 'light' } },
  ] as const;
  const pictures: string[] = [];
  for (const { at, options } of looks) {
    const page = await open({ ...phone, ...options, deviceScaleFactor: sharpness });
    await page.locator('.chart canvas').nth(2).waitFor({ state: 'attached' });
    await page.evaluate(`document.querySelector('${at}').scrollIntoView({ block: 'start' })`);
    pictures.push((await shot(page)).toString('base64'));
    await page.context().close();
  }
  const sheet = await blank({
    viewport: { width: 3 * 390 + 4 * 30, height: 844 + 60 },
    deviceScaleFactor: sharpness,
  });
  const images = pictures.map((picture) => `<img src="data:image/png;base64,${picture}" width="390" alt="">`);
  await sheet.setContent(
    `<style>body{margin:0;display:flex;gap:30px;padding:30px}img{border-radius:26px;box-shadow:0 0 0 1px #8a97a6}</style>${images.join('')}`,
  );
  await sheet.waitForFunction('[...document.images].every(({ complete }) => complete)');
  return sheet.screenshot({ omitBackground: true });
}

function keep(name: string, picture: Buffer): void {
  writeFileSync(join(folder, name), picture);
  process.stdout.write(`${name}: ${Math.round(picture.length / 1024)} KiB\n`);
}

/** Records the animation: under load the leader is killed, the standby takes over, a new standby starts, nothing is lost. */
import type { Page } from 'playwright-core';
import { systemClock as clock } from '../../services/adapters/system-clock.ts';
import { allIsWell } from '../e2e/browser.ts';
import { decodePng, encodeAnimation, type Frame } from './png.ts';

const frameEveryMs = 150;
const calmFrames = 10;
/** Frames after all is well again: the leader with its new standby. */
const afterwardsFrames = 6;
const lastShownMs = 3000;
const framesMax = 80;
/** Only the status line, the workers and the load are in the picture. */
const hiddenParts =
  '.top, .ways, .first, .tour, #now, .phone-place, .break, .timeline, .ops, .log, .load-form';

export async function recordTakeOver(page: Page): Promise<Buffer> {
  await page.getByRole('button', { name: 'Start the load' }).click();
  await page.locator('[data-figure="answered"] dd', { hasText: /\d{3}/ }).waitFor();
  await page.evaluate(`for (const part of document.querySelectorAll(${JSON.stringify(hiddenParts)})) part.style.display = 'none';
    for (const part of document.querySelectorAll('.load')) part.style.cssText = 'margin:0;padding:0;border:0';
    scrollTo(0, 0);
    document.querySelector('#standing').style.paddingTop = '12px'`);
  const kill = page.locator('[data-lock="true"] [data-key="kill"]');
  const killed = await page.locator('[data-lock="true"]').getAttribute('data-worker');
  await pointAt(page, '[data-lock="true"] [data-key="kill"]');
  const film = new Film(page);
  await film.take(calmFrames);
  await kill.click();
  const leader = page.locator(`[data-lock="true"]:not([data-worker="${killed}"])`);
  const standby = page.locator('[data-role="standby"]');
  await film.take(framesMax, async () => (await leader.count()) === 1 && (await standby.count()) === 1);
  await allIsWell(page);
  await film.take(afterwardsFrames);
  await page.evaluate(`document.querySelector('[data-do="load-stop"]').click()`);
  return film.develop();
}

class Film {
  private readonly page: Page;
  private readonly taken: { readonly png: Buffer; readonly atMs: number }[] = [];

  constructor(page: Page) {
    this.page = page;
  }

  async take(count: number, isEnough: () => Promise<boolean> = async () => false): Promise<void> {
    for (let left = count; left > 0 && this.taken.length < framesMax; left -= 1) {
      const atMs = clock.monotonicMs();
      this.taken.push({ png: await this.page.screenshot(), atMs });
      if (await isEnough()) return;
      await clock.sleep(Math.max(0, atMs + frameEveryMs - clock.monotonicMs()));
    }
  }

  /** In real time. */
  develop(): Buffer {
    const frames: Frame[] = this.taken.map(({ png, atMs }, index) => {
      const next = this.taken[index + 1];
      return { picture: decodePng(png), shownMs: next === undefined ? lastShownMs : next.atMs - atMs };
    });
    return encodeAnimation(frames);
  }
}

/** Draws a mouse pointer, which screenshots lack, until the click. */
async function pointAt(page: Page, selector: string): Promise<void> {
  await page.evaluate(`(() => {
    const button = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
    const pointer = document.createElement('div');
    pointer.style.cssText = 'position:fixed;z-index:9;width:22px;height:22px;border-radius:50%;pointer-events:none;' +
      'background:#e0352b55;border:2px solid #c7281f';
    pointer.style.left = button.left + button.width * 0.72 - 11 + 'px';
    pointer.style.top = button.top + button.height / 2 - 11 + 'px';
    document.body.append(pointer);
    addEventListener('click', () => pointer.remove(), { once: true });
  })()`);
}

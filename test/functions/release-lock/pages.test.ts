/** The links in a real browser of a phone's size, without JavaScript, through the lab's function URL. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { systemRandom } from '../../../services/adapters/system-random.ts';
import { type FunctionUrl, startFunctionUrl } from '../../../services/lab/functions/function-url.ts';
import { botToken, FunctionFixture } from '../../support/function-fixture.ts';
import { realTool } from '../../support/real-tools.ts';
import { Phone } from './phone.ts';

const executablePath = realTool('chromium');

describe.skipIf(executablePath === undefined)('on a phone', () => {
  let fixture: FunctionFixture;
  let phone: Phone;
  let functionUrl: FunctionUrl;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const requested: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    fixture = await FunctionFixture.open(undefined);
    functionUrl = await startFunctionUrl({
      handler: (event, openPage) => phone.ops(event, undefined, openPage),
      clock: systemClock,
      random: systemRandom,
    });
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await functionUrl?.close();
    await fixture?.close();
  });

  beforeEach(async () => {
    phone = new Phone(fixture);
    context = await browser.newContext({
      viewport: { width: 360, height: 640 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
      javaScriptEnabled: false,
      locale: 'ru-RU',
    });
    page = await context.newPage();
    page.on('request', (request) => requested.push(`${request.method()} ${request.url()}`));
    page.on('console', (message) => complaints.push(message.text()));
  });
  afterEach(async () => {
    fixture.whenRestarted = async () => {};
    await context.close();
    await fixture.clear();
    requested.length = 0;
    complaints.length = 0;
  });

  const go = (path: string) => page.goto(`${functionUrl.url}${path}`);
  const heading = () => page.locator('h1').first().textContent();

  /** The button is in sight without scrolling, and large enough for a thumb. */
  async function expectThumb(): Promise<void> {
    const box = await page.locator('.button').boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(56);
    expect(box?.width).toBeGreaterThan(300);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(640);
  }

  async function expectNoSidewaysScroll(width = 360): Promise<void> {
    const body = await page.locator('body').boundingBox();
    expect(body?.width).toBeLessThanOrEqual(width);
  }

  it('repairs with one tap', async () => {
    const { recover } = await phone.goDown();
    await fixture.takeLock({}, 1500);
    fixture.whenRestarted = () => fixture.beat();
    await go(recover);
    expect(await heading()).toBe('Починить бота?');
    expect(await page.getByText('Что произойдёт').isVisible()).toBe(true);
    await expectThumb();
    await expectNoSidewaysScroll();
    await page.getByRole('button', { name: 'Починить' }).tap();
    await page.getByText('Бот снова работает').waitFor();
    // Nothing but the page itself was asked for, and nothing of it was blocked.
    expect(requested.every((line) => line.endsWith(recover))).toBe(true);
    expect(complaints).toEqual([]);
    await page.reload();
    expect(await heading()).toContain('Бот снова работает');
  });

  it('shows each step of a slow repair as it ends, and then the result alone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const { recover } = await phone.goDown();
    const restart = Promise.withResolvers<void>();
    fixture.whenRestarted = async () => {
      await restart.promise;
      await fixture.beat();
    };
    const shown = () => page.locator('li:visible').allInnerTexts();
    await go(recover);
    await page.getByRole('button', { name: 'Починить' }).tap({ noWaitAfter: true });
    await page.getByText('Перезапустить воркер…').waitFor();
    expect(await heading()).toBe('⏳ Выполняется…');
    expect(await shown()).toEqual([
      expect.stringMatching(/^✓\s+Снять блокировку: её никто не держал$/),
      expect.stringMatching(/^–\s+Сбросить очередь: не требуется$/),
      expect.stringMatching(/^⏳\s+Перезапустить воркер…$/),
    ]);
    await expectNoSidewaysScroll(390);
    restart.resolve();
    await page.getByText('Бот снова работает').waitFor();
    expect(await page.locator('h1:visible').allInnerTexts()).toEqual(['🟢 Бот снова работает']);
    expect(await shown()).toHaveLength(4);
    expect(complaints).toEqual([]);
  });

  it('goes on with a repair whose page was closed, and shows its result to whoever opens it again', async () => {
    const { recover } = await phone.goDown();
    const restart = Promise.withResolvers<void>();
    fixture.whenRestarted = async () => {
      await restart.promise;
      await fixture.beat();
    };
    await go(recover);
    await page.getByRole('button', { name: 'Починить' }).tap({ noWaitAfter: true });
    await page.getByText('Перезапустить воркер…').waitFor();
    await page.close();
    page = await context.newPage();
    await go(recover);
    expect(await heading()).toBe('⏳ Выполняется…');
    restart.resolve();
    await page.getByText('Бот снова работает').waitFor();
  });

  it('takes “I’m on it” with one tap, and tells a second one who was first', async () => {
    const { acknowledge } = await phone.goDown();
    const other = new Phone(fixture, '102').newestLinks();
    await go(acknowledge);
    expect(await heading()).toBe('Займётесь сбоем?');
    await expectThumb();
    await expectNoSidewaysScroll();
    await page.getByRole('button', { name: 'Занимаюсь' }).tap();
    await page.getByText('Вы занимаетесь сбоем').waitFor();
    await go(other.acknowledge);
    await page.getByText('Сбоем уже занимаются: ссылка, отправленная 101').waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('reloads itself until a slow worker is back', async () => {
    const { recover } = await phone.goDown();
    await go(recover);
    await page.getByRole('button', { name: 'Починить' }).tap();
    await page.getByText('Сделано, ждём бота').waitFor();
    await fixture.beat();
    await page.getByText('Бот снова работает').waitFor();
  });

  it('drops only if the number is typed', async () => {
    const links = await phone.goDown();
    await phone.ops({ action: 'drop-updates', reason: 'an empty queue' });
    for (let i = 0; i < 12; i += 1) fixture.telegram.pushText(botToken, { chatId: 7, text: `${i}` });
    await go(links['drop-updates']);
    await expectThumb();
    const button = page.getByRole('button', { name: 'Удалить 12 навсегда' });
    await page.getByLabel('Чтобы подтвердить').fill('21');
    await button.tap();
    expect(requested.filter((line) => line.startsWith('POST'))).toEqual([]);
    await page.getByLabel('Чтобы подтвердить').fill('12');
    await button.tap();
    await page.getByText('Удалено из очереди: 12').waitFor();
    expect(fixture.telegram.state(botToken).pending).toBe(0);
  });

  it('shows the status', async () => {
    const { status } = await phone.goDown();
    await fixture.takeLock();
    await go(status);
    expect(await heading()).toBe('Состояние бота');
    await expectThumb();
    await expectNoSidewaysScroll();
    await page.getByText('Обновить').tap();
    expect(await heading()).toBe('Состояние бота');
  });

  it('says what failed, and offers a retry', async () => {
    const { recover } = await phone.goDown();
    fixture.aws.fault({ service: 'ecs', kind: 'throttle' });
    await go(recover);
    await page.getByRole('button', { name: 'Починить' }).tap();
    await page.getByText('Не получилось').waitFor();
    fixture.aws.clearFaults();
    fixture.whenRestarted = () => fixture.beat();
    await page.getByText('Попробовать ещё раз').tap();
    await page.getByRole('button', { name: 'Починить' }).tap();
    await page.getByText('Бот снова работает').waitFor();
  });

  it('explains an invalid link in both languages', async () => {
    await go('/nothing');
    expect(await page.locator('h1').allTextContents()).toEqual([
      'Ссылка не действует',
      'This link does not work',
    ]);
    await expectNoSidewaysScroll();
  });

  it('cannot be submitted from another page, nor framed', async () => {
    const { recover } = await phone.goDown();
    const { fields } = await phone.form(recover);
    await go(recover);
    const attack = await context.newPage();
    const target = `${functionUrl.url}${recover}`;
    await attack.route('http://evil.example/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<iframe src="${target}"></iframe><form method="post" action="${target}"><input name="nonce" value="${fields['nonce']}"><button>win</button></form>`,
      }),
    );
    await attack.goto('http://evil.example/');
    expect(await attack.frameLocator('iframe').locator('h1').count()).toBe(0);
    await attack.getByText('win').tap();
    await attack.getByText('Ссылка не действует').waitFor();
    expect(
      await fixture.store.command(['HGET', fixture.keys.opsLink(recover.split('.')[3] ?? ''), 'token']),
    ).toBeNull();
  });
});

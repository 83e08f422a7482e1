/** The control room in a real Chromium, while somebody writes a module of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersTo, executablePath, say } from './browser.ts';
import { type ControlRoomFixture, startControlRoomFixture } from './browser-fixture.ts';

describe.skipIf(executablePath === undefined)('the control room in watch mode', () => {
  let folder: string;
  let fixture: ControlRoomFixture;
  const save = (answer: string): void =>
    writeFileSync(join(folder, 'mine.mjs'), `export default (ctx) => ctx.reply('${answer}');\n`);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'watch-page-'));
    save('first version');
    fixture = await startControlRoomFixture({ environment: { BOT_HANDLERS: join(folder, 'mine.mjs') } });
  });
  afterAll(async () => {
    await fixture?.stop();
    rmSync(folder, { recursive: true });
  });

  it('shows what is wrong with the saved version until it is fixed', async () => {
    const page = await fixture.open();
    const line = page.locator('#handlers');
    await say(page, 'hello');
    await answersTo(page).getByText('first version').waitFor();
    expect(await line.isHidden()).toBe(true);
    writeFileSync(join(folder, 'mine.mjs'), 'export default 7;\n');
    await line.getByText('does not run; the one before it polls on').waitFor();
    expect(await line.locator('code').textContent()).toContain('got a default export of type number');
    save('second version');
    await line.waitFor({ state: 'hidden' });
    await say(page, 'hello again');
    await answersTo(page).getByText('second version').waitFor();
    expect(fixture.complaints()).toEqual([]);
  });
});

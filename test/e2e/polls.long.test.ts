/** A poll and a reaction on the control room's page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, laptop, phone, seriousViolations } from './browser.ts';
import { type ControlRoomFixture, startControlRoomFixture } from './browser-fixture.ts';

const anna = 1001;

describe.skipIf(executablePath === undefined)('a poll on the page', () => {
  let fixture: ControlRoomFixture;

  beforeAll(async () => {
    fixture = await startControlRoomFixture({ args: ['--speed', '10'] });
    const { urls } = await fixture.lab.state();
    await fetch(`${urls.telegram}/bot${urls.botToken}/sendPoll`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ chat_id: anna, question: 'Lunch?', options: ['yes', 'no'] }),
    });
  });

  afterAll(() => fixture?.stop());

  it('is voted in, and reacted to', async () => {
    const page = await fixture.open(laptop);
    const option = page.getByRole('button', { name: 'yes' });
    await option.click();
    await page.getByRole('button', { name: 'yes 1 vote', pressed: true }).waitFor();
    await page.getByRole('button', { name: 'React with 👍' }).click();
    await page.getByRole('button', { name: 'React with 👍', pressed: true }).waitFor();
    const { chats } = await fixture.lab.state();
    expect(chats.find(({ person }) => person.id === anna)?.messages).toMatchObject([
      { poll: { options: [{ count: 1 }, { count: 0 }] }, reactions: ['👍'] },
    ]);
  });

  it.each([laptop, phone])('is accessible on %o', async (options) => {
    const page = await fixture.open(options);
    await page.locator('.poll').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
  });
});

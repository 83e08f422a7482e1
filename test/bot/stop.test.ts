import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotFixture, botToken, keys, startBotFixture } from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';

/**
 * Records what it handles. `slow` takes long enough to be journaled. `trouble` first makes Telegram fail every poll, so
 * that handled updates cannot be confirmed.
 */
const recordingHandlers = `
  import { appendFileSync } from 'node:fs';
  export default async (ctx) => {
    const { text } = ctx.message;
    if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 600));
    if (text === 'trouble') {
      await fetch(process.env.TELEGRAM_API_ROOT + '/emulator/faults', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ method: 'getUpdates', kind: process.env.TEST_FAULT, retryAfter: 1 }),
      });
    }
    appendFileSync(process.env.TEST_RECORD, text + ' ' + ctx.state.attempt + '\\n');
  };`;

let fixture: BotFixture;
let folder: string;

beforeEach(async () => {
  fixture = await startBotFixture();
  folder = mkdtempSync(join(tmpdir(), 'stop-in-trouble-'));
  writeFileSync(join(folder, 'handlers.mjs'), recordingHandlers);
  writeFileSync(join(folder, 'record'), '');
});
afterEach(async () => {
  await fixture.stop();
  rmSync(folder, { recursive: true });
});

const say = (text: string): void => void fixture.telegram.pushText(botToken, { chatId: 5, text });
const handled = (): string[] => readFileSync(join(folder, 'record'), 'utf8').trim().split('\n');
const handledAll = (text: string) =>
  until(`${text} is handled`, async () => handled().some((line) => line.startsWith(text)) || undefined);
const worker = (fault = '') =>
  fixture.worker({
    BOT_HANDLERS: join(folder, 'handlers.mjs'),
    TEST_RECORD: join(folder, 'record'),
    TEST_FAULT: fault,
    LONG_POLL_TIMEOUT_SECONDS: '1',
  });

const journaled = async (count: number) =>
  until(`the journal holds ${count}`, async () =>
    (await fixture.store.command(['HLEN', keys.journal])) === count ? true : undefined,
  );

describe('a clean stop', () => {
  it('leaves nothing in the journal or at Telegram, even right after a slow handler', async () => {
    const first = await worker();
    await fixture.lockOtherThan();
    say('slow');
    await journaled(1);
    await handledAll('slow');
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(await fixture.store.command(['HLEN', keys.journal])).toBe(0);
    expect(fixture.telegram.state(botToken).pending).toBe(0);
  });
});

describe('a stop while Telegram fails', () => {
  it.each(['502-html', '429', 'hang'])('repeats no handled update (%s)', async (fault) => {
    const first = await worker(fault);
    await fixture.lockOtherThan();
    say('before');
    await handledAll('before');
    say('trouble');
    await handledAll('trouble');
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    fixture.telegram.fault({ kind: 'none' });
    expect(fixture.telegram.state(botToken).pending).toBe(1);
    await worker();
    say('after');
    await handledAll('after');
    expect(handled()).toEqual(['before 1', 'trouble 1', 'after 1']);
    await journaled(0);
  });
});

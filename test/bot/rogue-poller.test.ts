import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotFixture, botToken, keys, startBotFixture } from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';

let fixture: BotFixture;

beforeEach(async () => {
  fixture = await startBotFixture();
});
afterEach(() => fixture.stop());

const say = (text: string, { from = 5, languageCode = 'en' } = {}): void => {
  fixture.telegram.pushText(botToken, { chatId: from, text, languageCode });
};
const answer = async (pattern: RegExp) =>
  (await fixture.telegram.waitForSentMessage(botToken, ({ text }) => pattern.test(text ?? ''))).text;

describe('another program that polls with the token', () => {
  it('is reported to the superadmins after three conflicts, and polling continues', async () => {
    const worker = await fixture.worker({ HEARTBEAT_STALE_SECONDS: '300' });
    say('/start');
    await answer(/^Hello!/);
    const rogue = new AbortController();
    const steal = async (): Promise<void> => {
      while (!rogue.signal.aborted) {
        await fetch(`${fixture.telegram.url}/bot${botToken}/getUpdates?timeout=50`, {
          signal: rogue.signal,
        }).catch(() => {});
      }
    };
    void steal();
    try {
      const raised = async () =>
        (await fixture.store.command(['HLEN', keys.deliveries])) === 0 ? undefined : true;
      await until('a warning', raised);
      expect(JSON.stringify(await fixture.store.command(['HKEYS', keys.deliveries]))).toContain(
        'another-poller',
      );
      expect(worker.output()).toContain('Conflict');
    } finally {
      rogue.abort();
    }
  });

  it('ends a development worker at its first conflict, with 75 and one line; the pending updates stay', async () => {
    const worker = await fixture.worker({
      ENVIRONMENT: 'development',
      TELEGRAM_BOT_TOKEN_PROD: '',
      TELEGRAM_BOT_TOKEN_DEV: botToken,
    });
    await fixture.telegram.waitForState(botToken, ({ parkedPoll }) => parkedPoll?.ghost === false);
    const theirs = fetch(`${fixture.telegram.url}/bot${botToken}/getUpdates?timeout=20`);
    expect(await worker.ended).toBe(75);
    say('for the other program');
    expect((await (await theirs).json()) as unknown).toMatchObject({
      result: [{ message: { chat: { id: 5 } } }],
    });
    expect(fixture.telegram.state(botToken)).toMatchObject({ pending: 1, dropped: 0 });
    const lines = worker.output().split('\n');
    expect(lines.filter((line) => line.includes('409'))).toHaveLength(1);
    expect(await fixture.get(keys.lock)).toBeNull();
  });
});

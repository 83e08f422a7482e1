import { describe, expect, it } from 'vitest';
import { dependenciesOf, namesBot, optionalParts, tokenOptional } from '../../services/cli/settings.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const store = { UPSTASH_REDIS_REST_URL: 'https://store.example', UPSTASH_REDIS_REST_TOKEN: 'x' };

function dependencies(environment: Record<string, string>, options?: typeof tokenOptional) {
  const random = { unit: () => 0, token: () => '' };
  return dependenciesOf({ environment, clock: new VirtualClock(), random } as never, options);
}

describe('a command that can do without the bot token', () => {
  it('gets no token when none is set, and a Telegram port that says so', async () => {
    const { settings, ports } = dependencies(store, tokenOptional);
    expect(settings.botToken).toBeUndefined();
    const call = ports.telegram.call('getWebhookInfo', {}, { timeoutMs: 1 });
    await expect(call).rejects.toThrow('getWebhookInfo: no bot token is set');
  });

  it('refuses a wrong token all the same', () => {
    const wrong = { ...store, TELEGRAM_BOT_TOKEN_DEV: 'wrong' };
    expect(() => dependencies(wrong, tokenOptional)).toThrow(/^TELEGRAM_BOT_TOKEN_DEV: expected/);
  });
});

it('refuses to run without a bot token when the command needs one', () => {
  expect(() => dependencies(store)).toThrow(/^TELEGRAM_BOT_TOKEN_DEV: expected a bot token, got nothing/);
});

it('knows which bot is meant from the environment or a token, but not from the store', () => {
  expect(namesBot(store)).toBe(false);
  expect(namesBot({ ...store, ENVIRONMENT: 'production' })).toBe(true);
  expect(namesBot({ TELEGRAM_BOT_TOKEN: '1:x' })).toBe(true);
  expect(namesBot({ TELEGRAM_BOT_TOKEN_PROD: '1:x' })).toBe(true);
});

it('lets check-env miss the bot token only when no other one is set', () => {
  expect(optionalParts({})).toEqual(['store', 'botToken']);
  expect(optionalParts({ TELEGRAM_BOT_TOKEN_PROD: '1:x' })).toEqual(['store', 'botToken']);
  expect(optionalParts({ ENVIRONMENT: 'production', TELEGRAM_BOT_TOKEN_DEV: '1:x' })).toEqual(['store']);
});

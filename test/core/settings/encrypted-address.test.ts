import { expect, it } from 'vitest';
import { readSettings } from '../../../services/core/settings/settings.ts';

const store = { UPSTASH_REDIS_REST_URL: 'https://store.example', UPSTASH_REDIS_REST_TOKEN: 'store-secret' };
const development = { ...store, TELEGRAM_BOT_TOKEN_DEV: '1:dev-secret' };

function problemsOf(environment: Record<string, string>): readonly string[] {
  const read = readSettings(environment);
  return read.ok ? [] : read.problems;
}

it('refuses a store over unencrypted http in production, but not on loopback', () => {
  const production = { ...store, ENVIRONMENT: 'production', TELEGRAM_BOT_TOKEN_PROD: '2:prod' };
  expect(problemsOf({ ...production, UPSTASH_REDIS_REST_URL: 'http://store.example' })).toHaveLength(1);
  expect(problemsOf({ ...production, UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:8079' })).toEqual([]);
});

it('refuses a Bot API over unencrypted http in production, but not on loopback nor elsewhere', () => {
  const production = { ...store, ENVIRONMENT: 'production', TELEGRAM_BOT_TOKEN_PROD: '2:prod' };
  expect(problemsOf({ ...production, TELEGRAM_API_ROOT: 'http://api.example:8081' })).toEqual([
    expect.stringMatching(/^TELEGRAM_API_ROOT: expected an https address in production, got .+; give .+/),
  ]);
  for (const root of ['http://127.0.0.1:8081', 'http://[::1]:8081', 'https://api.example']) {
    expect(problemsOf({ ...production, TELEGRAM_API_ROOT: root })).toEqual([]);
  }
  expect(problemsOf({ ...development, TELEGRAM_API_ROOT: 'http://api.example' })).toEqual([]);
});

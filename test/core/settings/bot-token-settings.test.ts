import { describe, expect, it } from 'vitest';
import { missingTokenName } from '../../../services/core/settings/bot-token-settings.ts';
import { readSettings } from '../../../services/core/settings/settings.ts';

const store = { UPSTASH_REDIS_REST_URL: 'https://store.example', UPSTASH_REDIS_REST_TOKEN: 'store-secret' };

function problemsOf(environment: Record<string, string>): readonly string[] {
  const read = readSettings(environment);
  return read.ok ? [] : read.problems;
}

function tokenOf(environment: Record<string, string>): string {
  const read = readSettings(environment);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.settings.botToken;
}

describe('PRODUCTION_BOT_ID', () => {
  const production = { ...store, PRODUCTION_BOT_ID: '42' };
  const variables = ['TELEGRAM_BOT_TOKEN_OVERRIDE', 'TELEGRAM_BOT_TOKEN_DEV', 'TELEGRAM_BOT_TOKEN'];

  it.each(['development', 'staging'].flatMap((name) => variables.map((variable) => [name, variable])))(
    'refuses in %s a token of that bot in %s, in one line, whatever its secret',
    (ENVIRONMENT = '', variable = '') => {
      const problems = problemsOf({ ...production, ENVIRONMENT, [variable]: '42:a-new-secret' });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(
        new RegExp(`^${variable}: expected .* PRODUCTION_BOT_ID .*, got .*bot 42.*; give`),
      );
      expect(problems[0]).not.toContain('a-new-secret');
    },
  );

  it('refuses it even behind a token of another bot', () => {
    const tokens = { TELEGRAM_BOT_TOKEN_OVERRIDE: '7:mine', TELEGRAM_BOT_TOKEN_DEV: '42:x' };
    expect(problemsOf({ ...production, ...tokens })[0]).toMatch(/^TELEGRAM_BOT_TOKEN_DEV: /);
  });

  it('allows every other bot, and in production that one', () => {
    expect(tokenOf({ ...production, TELEGRAM_BOT_TOKEN_DEV: '421:x' })).toBe('421:x');
    const token = { ENVIRONMENT: 'production', TELEGRAM_BOT_TOKEN_PROD: '42:x' };
    expect(tokenOf({ ...production, ...token })).toBe('42:x');
  });

  it('is an id: a whole token in it is refused and not shown', () => {
    const secret = 'AAtoken-of-the-test-bot-0123456789abc';
    const problems = problemsOf({
      ...store,
      TELEGRAM_BOT_TOKEN_DEV: '1:x',
      PRODUCTION_BOT_ID: `4242424242:${secret}`,
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^PRODUCTION_BOT_ID: expected .*id/);
    expect(problems[0]).not.toContain(secret);
  });
});

describe('missingTokenName', () => {
  it.each([
    [{}, 'TELEGRAM_BOT_TOKEN_DEV'],
    [{ ENVIRONMENT: 'staging', TELEGRAM_BOT_TOKEN_PROD: '2:p' }, 'TELEGRAM_BOT_TOKEN_DEV'],
    [{ ENVIRONMENT: 'production', TELEGRAM_BOT_TOKEN_DEV: '1:d' }, 'TELEGRAM_BOT_TOKEN_PROD'],
    [{ ENVIRONMENT: 'production', TELEGRAM_BOT_TOKEN_PROD: '2:p' }, undefined],
    [{ TELEGRAM_BOT_TOKEN_OVERRIDE: '9:o' }, undefined],
    [{ TELEGRAM_BOT_TOKEN: '3:l' }, undefined],
  ])('of %j is %s', (environment, name) => {
    expect(missingTokenName(environment)).toBe(name);
  });
});

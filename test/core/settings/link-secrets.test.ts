/** `OPS_LINK_SECRET`: one secret, or two while it is changed. */
import { expect, it } from 'vitest';
import { readSettings } from '../../../services/core/settings/settings.ts';

const store = { UPSTASH_REDIS_REST_URL: 'https://store.example', UPSTASH_REDIS_REST_TOKEN: 'store-secret' };
const development = { ...store, TELEGRAM_BOT_TOKEN_DEV: '1:dev-secret' };

function secretsOf(environment: Record<string, string>): readonly string[] {
  const read = readSettings(environment);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.settings.opsLinkSecrets;
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  const read = readSettings(environment);
  return read.ok ? [] : read.problems;
}

it('takes one link secret, or two while it is changed', () => {
  const [older, newer] = ['o'.repeat(16), 'n'.repeat(16)];
  const read = (secret: string) => secretsOf({ ...development, OPS_LINK_SECRET: secret });
  expect(secretsOf(development)).toEqual([]);
  expect(read(older)).toEqual([older]);
  expect(read(`${newer}, ${older}`)).toEqual([newer, older]);
  for (const wrong of [`${newer},`, `${newer},short`, `short,${older}`, `${newer},${older},${older}`]) {
    const [problem] = problemsOf({ ...development, OPS_LINK_SECRET: wrong });
    expect(problem).toMatch(/^OPS_LINK_SECRET: expected at least 16 characters, or two such secrets/);
    expect(problem).not.toContain('nnn');
  }
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { secretsIn } from '../../../services/core/settings/secrets.ts';

it('finds every secret of an environment, each of two in one variable', () => {
  const environment = {
    TELEGRAM_BOT_TOKEN_DEV: ' a-token ',
    OPS_LINK_SECRET: 'new-secret, old-secret',
    UPSTASH_REDIS_REST_TOKEN: '',
    UPSTASH_REDIS_REST_URL: 'https://x.upstash.io',
  };
  expect(secretsIn(environment)).toEqual(['a-token', 'new-secret', 'old-secret']);
});

it('knows every variable of .env.example whose name says that it is a secret', () => {
  const example = readFileSync(join(import.meta.dirname, '../../../.env.example'), 'utf8');
  const names = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]*(?:TOKEN|SECRET|TOKEN_\w+))=/gm)].map(
    ([, name]) => name ?? '',
  );
  expect(names).toContain('OPS_LINK_SECRET');
  for (const name of names) expect([name, secretsIn({ [name]: 'a-secret' })]).toEqual([name, ['a-secret']]);
});

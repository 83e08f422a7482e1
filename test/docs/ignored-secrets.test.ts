/** Git ignores every file that the guide has an operator fill with secrets. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

test('git ignores the files of secrets and keeps the example', () => {
  const files = ['secret.json', '.env', '.env.production', '.env.local', '.env.example'];
  const ignored = execFileSync('git', ['check-ignore', '--no-index', ...files], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(ignored.trim().split('\n')).toEqual(['secret.json', '.env', '.env.production', '.env.local']);
});

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../services/adapters/telegram/error-place.ts';

const here = process.cwd();

function withStack(...lines: string[]): Error {
  const error = new Error('x');
  error.stack = lines.join('\n');
  return error;
}

describe('placeOf', () => {
  it('finds the first place outside of packages, Node and the loader', () => {
    const error = withStack(
      'Error: x',
      '    at node:internal/modules/run_main:107:5',
      `    at load (file://${join(here, 'services/adapters/telegram/load-handlers.ts')}:30:5)`,
      `    at execute (${join(here, 'node_modules/telegraf/lib/composer.js')}:518:23)`,
      `    at boom (file://${join(here, 'features/lunch.ts')}:7:41)`,
    );
    expect(placeOf(error)).toBe('features/lunch.ts:7');
  });

  it('finds what a syntax error of TypeScript names above its message', () => {
    expect(placeOf(withStack('/srv/features/b.ts:2', 'const y: = 5;', 'SyntaxError: x'))).toBe(
      '/srv/features/b.ts:2',
    );
  });

  it.each([[withStack('Error: x', '    at node:internal/modules/esm/loader:438:20')], ['text'], [undefined]])(
    'finds none in %s',
    (error) => {
      expect(placeOf(error)).toBeUndefined();
    },
  );
});

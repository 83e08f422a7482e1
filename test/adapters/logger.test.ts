import { expect, it } from 'vitest';
import { createLogger } from '../../services/adapters/logger.ts';
import { redactor } from '../../services/core/platform/redaction.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function logged(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    redact: redactor(['the-secret-of-this-test']),
    clock: new VirtualClock({ wallMs: Date.UTC(2026, 0, 1) }),
    fields: { service: 'bot' },
    write: (line) => lines.push(line),
  });
  logger.error('it failed', fields);
  expect(lines).toEqual([expect.stringMatching(/^[^\n]+\n$/)]);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

const start = { ts: '2026-01-01T00:00:00.000Z', level: 'error', service: 'bot', message: 'it failed' };

it('writes one line of JSON, errors with their causes', () => {
  const error = new Error('outer', { cause: new Error('inner') });
  expect(logged({ error })).toMatchObject({
    ...start,
    error: { name: 'Error', message: 'outer', cause: { message: 'inner' } },
  });
});

it('names what was thrown, even nothing', () => {
  expect(logged({ error: undefined })).toMatchObject({ error: { name: 'undefined' } });
});

it.each<[string, () => unknown]>([
  [
    'a circle',
    () => {
      const circle: Record<string, unknown> = { name: 'circle' };
      circle['self'] = circle;
      return circle;
    },
  ],
  [
    'an error that is its own code',
    () => {
      const error: Error & { code?: unknown } = new Error('odd');
      error.code = error;
      return error;
    },
  ],
  [
    'what refuses to be JSON',
    () => ({
      toJSON() {
        throw new Error('no');
      },
    }),
  ],
])('writes a line even about %s', (_what, make) => {
  expect(logged({ updateId: 7, error: make() })).toMatchObject({ ...start, error: expect.anything() });
});

it.each([
  ['a field', { text: 'Bearer the-secret-of-this-test"' }],
  ['JSON in a field', { text: JSON.stringify({ url: 'x?_token=the-secret-of-this-test' }) }],
  ['a nested field', { a: [{ b: 'the-secret-of-this-test' }] }],
  ['a name', { a: { 'the-secret-of-this-test': 1 } }],
])('redacts %s, and what it writes is JSON', (_what, fields) => {
  expect(JSON.stringify(logged(fields))).not.toContain('the-secret');
});

it('redacts secrets even in described values', () => {
  const circle: Record<string, unknown> = { token: 'the-secret-of-this-test' };
  circle['self'] = circle;
  expect(JSON.stringify(logged({ error: circle }))).not.toContain('the-secret');
});

import { describe, expect, it } from 'vitest';
import { describeError, reasonOf } from '../../services/adapters/error-description.ts';
import { redactor } from '../../services/core/platform/redaction.ts';

const token = '4242424242:AAtoken-of-the-test-bot-0123456789abc';
const described = (thrown: unknown) => describeError(thrown, redactor([]));
const caught = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};
class LedgerError extends Error {}
const circle: Record<string, unknown> = { what: 'circle' };
circle['self'] = circle;
const unreadable = (names: readonly string[]): Error =>
  Object.defineProperties(
    new Error('x'),
    Object.fromEntries(
      names.map((name) => [
        name,
        {
          get: () => {
            throw new Error('no');
          },
        },
      ]),
    ),
  );
const deniesAll = new Proxy(
  {},
  {
    get: () => {
      throw new Error('no');
    },
    getPrototypeOf: () => {
      throw new Error('no');
    },
  },
);

describe('what was thrown', () => {
  it.each<[string, unknown, object]>([
    ['an error', new TypeError('a'), { name: 'TypeError', message: 'a' }],
    ['an error of its own class', new LedgerError('shut'), { name: 'LedgerError', message: 'shut' }],
    ['an error with a code', Object.assign(new Error('a'), { code: 'E' }), { code: 'E' }],
    ['an abort', caught(() => AbortSignal.abort().throwIfAborted()), { name: 'AbortError', code: 20 }],
    [
      'a value that cannot be cloned',
      caught(() => structuredClone(() => undefined)),
      { name: 'DataCloneError', message: expect.stringContaining('could not be cloned') },
    ],
    ['a frozen error', Object.freeze(new Error('ledger')), { name: 'Error', message: 'ledger' }],
    [
      'a message by a getter',
      Object.defineProperty(new Error('x'), 'message', { get: () => 'rate is 0' }),
      { message: 'rate is 0' },
    ],
    [
      'getters that throw',
      unreadable(['name', 'message', 'code', 'stack', 'cause', 'errors', 'constructor']),
      { message: '(unreadable)' },
    ],
    [
      'a message that is no text',
      Object.assign(new Error('x'), { message: { a: 1 } }),
      { message: '{ a: 1 }' },
    ],
    ['an error that is its own code', Object.assign(new Error('odd'), { code: circle }), { message: 'odd' }],
    ['undefined', undefined, { name: 'undefined', message: 'undefined' }],
    ['null', null, { name: 'null', message: 'null' }],
    ['a text', 'plain text', { name: 'string', message: 'plain text' }],
    ['a symbol', Symbol('sign'), { name: 'symbol', message: 'Symbol(sign)' }],
    ['a circle', circle, { name: 'object', message: expect.stringContaining("what: 'circle'") }],
    ['an object without prototype', Object.create(null), { name: 'object' }],
    ['a proxy that denies everything', deniesAll, { message: '(unreadable)' }],
    [
      'an AggregateError',
      new AggregateError([new Error('a is away'), 'b'], 'all'),
      { name: 'AggregateError', errors: [{ message: 'a is away' }, { message: 'b' }] },
    ],
    ['a cause', new Error('outer', { cause: 'inner' }), { message: 'outer', cause: { message: 'inner' } }],
  ])('is described: %s', (_what, thrown, expected) => {
    const description = described(thrown);
    expect(description).toMatchObject(expected);
    expect(() => JSON.stringify(description)).not.toThrow();
  });

  it('shows the root of a long chain of causes', () => {
    let error = new Error('disk is full');
    for (let level = 0; level < 8; level++) error = new Error(`level ${level}`, { cause: error });
    const text = JSON.stringify(described(error));
    expect(text).toContain('"rootCause":{"name":"Error","message":"disk is full"');
    expect(text).toContain('level 2');
    expect(text).not.toContain('"message":"level 1"');
  });

  it('ends at a circle of causes and of inner errors', () => {
    const error: Error & { errors?: unknown } = new Error('round');
    error.cause = error;
    error.errors = [error];
    expect(described(error)).toMatchObject({ message: 'round' });
  });

  it('shows no token, and does not touch the error', () => {
    const inner = Object.freeze(new Error(`GET /bot${token}/getMe`));
    const error = new AggregateError([inner, { url: token }], `all of ${token}`, { cause: inner });
    expect(JSON.stringify(described(error))).not.toContain(token);
    expect(error.message).toContain(token);
  });

  it('is not cut through a token', () => {
    const text = `${'x'.repeat(7990)}${token}`;
    expect(JSON.stringify(described(new Error(text)))).not.toContain('424242');
  });
});

describe('the reason', () => {
  it.each<[string, unknown, string]>([
    ['an error', new Error('a'), 'a'],
    [
      'a cause',
      new TypeError('fetch failed', { cause: new Error('ECONNRESET') }),
      'fetch failed: ECONNRESET',
    ],
    [
      'two address families that both refuse',
      new TypeError('fetch failed', {
        cause: Object.assign(new AggregateError([new Error('connect ::1'), new Error('connect 127.0.0.1')]), {
          code: 'ECONNREFUSED',
        }),
      }),
      'fetch failed: connect ::1; connect 127.0.0.1',
    ],
    ['an error without a message', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['a text', 'no', 'no'],
  ])('is one line for %s', (_what, thrown, expected) => {
    expect(reasonOf(thrown)).toBe(expected);
  });
});

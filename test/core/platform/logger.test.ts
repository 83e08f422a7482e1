import { expect, it } from 'vitest';
import { type Logger, withFields } from '../../../services/core/platform/logger.ts';

it('adds its fields to lines of every level; a line’s own fields win', () => {
  const lines: unknown[] = [];
  const write =
    (level: string) =>
    (...line: unknown[]): void =>
      void lines.push([level, ...line]);
  const logger: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  const child = withFields(logger, { lane: 'chat 5', attempt: 1 });
  child.debug('a');
  child.info('b', { hours: 7 });
  child.warn('c', { attempt: 2 });
  child.error('d');
  expect(lines).toEqual([
    ['debug', 'a', { lane: 'chat 5', attempt: 1 }],
    ['info', 'b', { lane: 'chat 5', attempt: 1, hours: 7 }],
    ['warn', 'c', { lane: 'chat 5', attempt: 2 }],
    ['error', 'd', { lane: 'chat 5', attempt: 1 }],
  ]);
});

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../services/adapters/logger.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { logWriter } from '../../services/adapters/terminal-log.ts';
import type { LogFields, Logger } from '../../services/core/platform/logger.ts';

type Say = (logger: Logger) => void;

/** What the worker's logger writes to such a stream. */
function written(isTTY: boolean | undefined, say: Say, environment: Record<string, string> = {}): string {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  say(
    createLogger({
      level: 'debug',
      redact: (line) => line,
      clock: systemClock,
      fields: { service: 'bot', pid: 7 },
      write: logWriter({ isTTY, write }, environment),
    }),
  );
  return text;
}

const onTerminal = (say: Say): string => stripVTControlCharacters(written(true, say));
const info =
  (message: string, fields?: LogFields): Say =>
  (logger) =>
    logger.info(message, fields);
const isColoured = (text: string): boolean => text !== stripVTControlCharacters(text);

describe('off a terminal', () => {
  it.each([false, undefined])('leaves every byte as it is (isTTY: %s)', (isTTY) => {
    const text = written(isTTY, info('leading', { epoch: 3 }), { FORCE_COLOR: '1' });
    expect(text).toMatch(
      /^\{"ts":"[^"]+","level":"info","service":"bot","pid":7,"message":"leading","epoch":3\}\n$/,
    );
  });
});

describe('on a terminal', () => {
  it('says time, part, message and what it is about', () => {
    expect(onTerminal(info('leading', { epoch: 3, lane: 'chat 5', list: [1, 2] }))).toMatch(
      /^\d\d:\d\d:\d\d bot {7}leading epoch=3 lane="chat 5" list=\[1,2\]\n$/,
    );
  });

  it('names a level that is not the usual one', () => {
    expect(onTerminal((logger) => logger.warn('stepping down'))).toMatch(/ bot {7}warn stepping down\n$/);
    expect(onTerminal((logger) => logger.error('failed'))).toMatch(/ error failed\n$/);
  });

  it('shows an error with its cause and the places in the developer’s own code', () => {
    const error = new TypeError('no lunch', { cause: new Error('kitchen closed') });
    error.stack = [
      'TypeError: no lunch',
      '    at lunch (file:///home/me/features.ts:7:41)',
      '    at execute (/home/me/node_modules/telegraf/lib/composer.js:518:23)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)',
    ].join('\n');
    expect(onTerminal((logger) => logger.error('a handler failed', { error, attempt: 1 }))).toMatch(
      / error a handler failed TypeError: no lunch \(kitchen closed\) attempt=1\n {4}at lunch \(file:\/\/\/home\/me\/features.ts:7:41\)\n$/,
    );
  });

  it('lets no foreign text send codes or begin a line', () => {
    const text = onTerminal(info('hello\u001b[2J\nfake line', { name: '\u001b]0;title\u0007\nx' }));
    expect(text).not.toContain('\u001b');
    expect(text.trimEnd()).not.toContain('\n');
  });

  it('cuts what is long', () => {
    expect(onTerminal(info('x', { text: 'y'.repeat(5000) })).length).toBeLessThan(200);
  });

  it.each<[Record<string, string>, boolean]>([
    [{}, true],
    [{ NO_COLOR: '' }, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [{ FORCE_COLOR: '0' }, false],
    [{ TERM: 'dumb' }, false],
    [{ TERM: 'dumb', FORCE_COLOR: '1' }, true],
  ])('with %j, colours: %s', (environment, coloured) => {
    expect(isColoured(written(true, info('leading'), environment))).toBe(coloured);
  });
});

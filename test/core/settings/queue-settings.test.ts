import { describe, expect, it } from 'vitest';
import { readHandlersSettings } from '../../../services/core/settings/queue-settings.ts';

const url = 'https://sqs.eu-central-1.amazonaws.com/123456789012/bot-updates.fifo';
const queueMode = { HANDLERS: 'queue', UPDATES_QUEUE_URL: url };

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  const read = readHandlersSettings(environment);
  return read.ok ? [] : read.problems;
};

describe('where handlers run', () => {
  it('is in the process that polls, by default and whatever else is set', () => {
    expect(readHandlersSettings({ UPDATES_QUEUE_URL: url })).toMatchObject({
      settings: { queue: undefined },
    });
  });

  it('is behind a queue with its defaults', () => {
    const read = readHandlersSettings(queueMode);
    expect(read).toMatchObject({
      settings: {
        queue: {
          url,
          depthMax: 100_000,
          slots: 100,
          times: { visibilityMs: 30_000, waitMs: 10_000, prolongAfterMs: 10_000, actForMs: 26_700 },
        },
      },
    });
  });

  it.each([
    [{ HANDLERS: 'sqs' }, /^HANDLERS: expected one of inline, queue, got "sqs"/],
    [{ HANDLERS: 'queue' }, /^UPDATES_QUEUE_URL: expected an address like .*, got nothing; copy it/],
    [
      { ...queueMode, UPDATES_QUEUE_URL: url.replace('.fifo', '') },
      /^UPDATES_QUEUE_URL: expected the address of an SQS FIFO queue, got one that does not end in \.fifo/,
    ],
    [
      { ...queueMode, QUEUE_VISIBILITY_SECONDS: '5' },
      /^QUEUE_VISIBILITY_SECONDS: expected .* from 6 to 3600/,
    ],
    [{ ...queueMode, HANDLER_SLOTS: '0' }, /^HANDLER_SLOTS: /],
    [{ ...queueMode, QUEUE_DEPTH_MAX: '100001' }, /^QUEUE_DEPTH_MAX: /],
    [
      { ...queueMode, ENVIRONMENT: 'production', UPDATES_QUEUE_URL: 'http://sqs.example/q.fifo' },
      /^UPDATES_QUEUE_URL: expected an https address in production/,
    ],
  ])('refuses %o in one line', (environment, line) => {
    expect(problemsOf(environment as Record<string, string>)).toEqual([expect.stringMatching(line)]);
  });
});

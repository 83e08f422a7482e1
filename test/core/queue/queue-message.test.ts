import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { epochOf, queueMessage, readMessage, retriesOf } from '../../../services/core/queue/queue-message.ts';
import type { DeliveredMessage } from '../../../services/core/queue/updates-queue.ts';
import type { Update } from '../../../services/core/updates/update.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const context = { epoch: 7, traceId: '0123456789abcdef0123456789abcdef', retry: undefined };
const update = (text: string, chat: number | string = 7): Update => ({
  update_id: 5,
  message: { chat: { id: chat }, text },
});
const message = (of: Update, retry?: number) => queueMessage(of, { ...context, retry }, sha256);

function delivered(body: string, attributes: DeliveredMessage['attributes']): DeliveredMessage {
  const ids = { messageId: 'm', receipt: 'r', group: 'chat:7', deduplicationId: '5.x' };
  return { ...ids, body, attributes, receiveCount: 1, sentMs: 0 };
}

describe('a message', () => {
  it('carries the update, its lane, and what to recognise it by', () => {
    const body = JSON.stringify(update('hi'));
    expect(message(update('hi'))).toEqual({
      group: 'chat:7',
      deduplicationId: `5.${sha256(body).slice(0, 32)}`,
      body,
      attributes: {
        format: '1',
        epoch: '7',
        traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
      },
      sizeBytes: expect.any(Number),
    });
  });

  it('has another id for other content under the same update id, and for each retry', () => {
    const ids = [
      message(update('a')),
      message(update('b')),
      message(update('a'), 0),
      message(update('a'), 1),
    ];
    expect(new Set(ids.map(({ deduplicationId }) => deduplicationId)).size).toBe(4);
    expect(message(update('a'), 1).deduplicationId).toBe(`${message(update('a')).deduplicationId}.r1`);
  });

  it('escapes the two characters that SQS refuses, and nothing of the text is lost', () => {
    const text = 'a\uFFFEb\uFFFFc\uD800 \u{1F600} \u0000';
    const { body, attributes } = message(update(text));
    expect(body).not.toMatch(/[\uFFFE\uFFFF]/);
    expect(readMessage(delivered(body, attributes))).toEqual(update(text));
  });

  it('goes by the hash of a lane that is no group id', () => {
    expect(message(update('a', 'чат')).group).toMatch(/^lane:[0-9a-f]{32}$/);
  });

  it.each([[100], [30_000]])('of %i letters counts at least what it takes', (length) => {
    const { body, sizeBytes } = message(update('я'.repeat(length)));
    expect(sizeBytes).toBeGreaterThanOrEqual(Buffer.byteLength(body));
    expect(sizeBytes).toBeLessThan(3 * body.length + 1000);
  });
});

describe('a delivered message', () => {
  it.each([
    ['of a later format', '{"update_id":1}', { format: '2' }, 'newer'],
    ['without a format', '{"update_id":1}', {}, 'unreadable'],
    ['that is no JSON', '{', { format: '1' }, 'unreadable'],
    ['without an update id', '{"a":1}', { format: '1' }, 'unreadable'],
    ['that is null', 'null', { format: '1' }, 'unreadable'],
  ])('%s is recognised', (_name, body, attributes, expected) => {
    expect(readMessage(delivered(body, attributes as DeliveredMessage['attributes']))).toBe(expected);
  });

  it.each([
    ['5.abc', 0],
    ['5.abc.r3', 3],
  ])('with the id %s was put back %i times', (deduplicationId, expected) => {
    expect(retriesOf({ deduplicationId })).toBe(expected);
  });

  it('says which term sent it, if it does', () => {
    expect(epochOf({ attributes: { epoch: '12' } })).toBe(12);
    expect(epochOf({ attributes: { epoch: 'x' } })).toBe(0);
  });
});

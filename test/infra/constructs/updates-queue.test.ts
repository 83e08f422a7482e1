import { describe, expect, it } from 'vitest';
import { resources, synthesise } from '../support/synthesised.ts';

const template = synthesise({ handlers: 'queue' });
const queues = Object.entries(resources(template, 'AWS::SQS::Queue')).filter(([id]) =>
  id.startsWith('Updates'),
);
const [deadLetters, queue] = ['UpdatesDeadLetters', 'UpdatesQueue'].map((prefix) => {
  const found = queues.find(([id]) => id.startsWith(prefix));
  if (found === undefined) throw new Error(`no queue ${prefix}`);
  return { id: found[0], properties: found[1].Properties };
});

describe('the updates queue', () => {
  it('is FIFO by chat, at high throughput, and deduplicates by the sender’s ids', () => {
    expect(queue?.properties).toMatchObject({
      FifoQueue: true,
      ContentBasedDeduplication: false,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      VisibilityTimeout: 30,
      ReceiveMessageWaitTimeSeconds: 10,
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
    });
  });

  it('keeps what was received thirty times in a dead-letter queue, which is FIFO too', () => {
    expect(queue?.properties['RedrivePolicy']).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters?.id, 'Arn'] },
      maxReceiveCount: 30,
    });
    expect(deadLetters?.properties).toMatchObject({ FifoQueue: true, MessageRetentionPeriod: 14 * 86_400 });
  });

  it('stays with what it holds when the stack no longer has it', () => {
    const all = template.toJSON()['Resources'] as Record<string, { DeletionPolicy?: string }>;
    for (const [id] of queues) expect(all[id]?.DeletionPolicy).toBe('Retain');
  });

  it('talks TLS only', () => {
    const policies = Object.values(resources(template, 'AWS::SQS::QueuePolicy')).map(({ Properties }) =>
      JSON.stringify(Properties),
    );
    for (const { id } of [queue, deadLetters].filter((one) => one !== undefined)) {
      expect(
        policies.filter((policy) => policy.includes(`"${id}"`) && policy.includes('aws:SecureTransport')),
      ).toHaveLength(1);
    }
  });
});

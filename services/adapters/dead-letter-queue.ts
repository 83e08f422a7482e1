/**
 * Finds a queue's dead-letter queue through its redrive policy: SQS wants both in one account and region.
 *
 * Tested by: test/adapters/operated-queue.test.ts
 */
export interface DeadLetterTarget {
  readonly url: string;
  /** A message that was received so often goes there. */
  readonly receivesMax: number;
}

/** Undefined: the queue has none. */
export function deadLetterTarget(url: string, policy: string | undefined): DeadLetterTarget | undefined {
  if (policy === undefined) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Readonly<Record<string, unknown>>;
  const name = String(deadLetterTargetArn).split(':').at(-1) ?? '';
  return { url: url.replace(/[^/]*$/, name), receivesMax: Number(maxReceiveCount) };
}

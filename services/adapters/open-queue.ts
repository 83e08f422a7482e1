/**
 * Connects a program that starts to the updates queue, or says in one line why it cannot.
 *
 * A queue that is none, is not FIFO, or may not be used is a wrong setting. One that does not answer may be back soon: a
 * few tries, then another exit code.
 *
 * Tested by: test/handlers/main.test.ts
 */
import type { Clock } from '../core/platform/clock.ts';
import { exitCodes } from '../core/platform/exit-codes.ts';
import { oneLine } from '../core/platform/foreign-text.ts';
import { QueueError } from '../core/queue/updates-queue.ts';
import type { QueueSettings } from '../core/settings/queue-settings.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import { awsClientOptions } from './aws-client.ts';
import { reasonOf } from './error-description.ts';
import { type ConnectedQueue, connectQueue } from './sqs.ts';

export interface OpenContext {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

export interface QueueProblem {
  readonly line: string;
  readonly code: typeof exitCodes.configuration | typeof exitCodes.storeUnreachable;
}

export type OpenedQueue =
  | { readonly kind: 'open'; readonly queue: ConnectedQueue }
  | ({ readonly kind: 'refused' } & QueueProblem)
  | { readonly kind: 'stopped' };

/** Errors that no waiting mends. */
const settingFaults =
  /NonExistentQueue|QueueDoesNotExist|AccessDenied|InvalidAddress|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSecurity|CredentialsProvider|InvalidParameter|Region is missing/;
const [triesMax, retryMs] = [4, 500];
const reasonLengthMax = 200;

export async function openQueue(settings: QueueSettings, context: OpenContext): Promise<OpenedQueue> {
  const queue = await connectQueue(settings, awsClientOptions(context.environment, 'SQS'));
  for (let tries = 1; !context.stop.aborted; tries++) {
    try {
      const { isFifo } = await queue.describe();
      if (isFifo) return { kind: 'open', queue };
      return refused('expected a FIFO queue, got a standard one; make one whose name ends in .fifo');
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      const reason = oneLine(describedCause(error.cause), reasonLengthMax);
      if (settingFaults.test(reason)) {
        return refused(
          `expected a FIFO queue that this program may use, got: ${reason}; check address and rights`,
        );
      }
      if (tries >= triesMax) {
        const line = `the updates queue cannot be reached: ${reason}; check UPDATES_QUEUE_URL and the network`;
        return { kind: 'refused', line, code: exitCodes.storeUnreachable };
      }
      await context.clock.sleep(retryMs, context.stop);
    }
  }
  return { kind: 'stopped' };
}

function refused(problem: string): OpenedQueue {
  return { kind: 'refused', line: `UPDATES_QUEUE_URL: ${problem}`, code: exitCodes.configuration };
}

/** The SDK's name for it says most. */
function describedCause(cause: unknown): string {
  return `${cause instanceof Error ? cause.name : 'error'}: ${reasonOf(cause)}`;
}

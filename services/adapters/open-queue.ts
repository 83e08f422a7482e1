/**
 * Connects a program that starts to the updates queue, or says in one line why it cannot.
 *
 * A queue that is none, is not FIFO, or may not be used is a wrong setting. One that does not answer may be back soon: a
 * few tries, then another exit code. Whether messages may be received shows at the first receive (`refusalToReceive`):
 * to try it would take one.
 */
import type { Clock } from '../core/platform/clock.ts';
import { exitCodes } from '../core/platform/exit-codes.ts';
import { oneLine } from '../core/platform/foreign-text.ts';
import { QueueError } from '../core/queue/updates-queue.ts';
import type { QueueSettings } from '../core/settings/queue-settings.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import { awsClientOptions } from './aws-client.ts';
import { reasonOf } from './error-description.ts';
import { type ConnectedQueue, connectQueue, type QueueSide } from './sqs.ts';

export interface OpenContext {
  readonly side: QueueSide;
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
  /NonExistentQueue|QueueDoesNotExist|AccessDenied|InvalidAddress|InvalidClientTokenId|UnrecognizedClient|Signature|ExpiredToken|MissingAuthenticationToken|InvalidSecurity|CredentialsProvider|InvalidParameter|Region is missing/;
const [triesMax, retryMs] = [4, 500];
const reasonLengthMax = 200;

export async function openQueue(settings: QueueSettings, context: OpenContext): Promise<OpenedQueue> {
  const queue = await connectQueue(settings, awsClientOptions(context.environment, 'SQS'));
  for (let tries = 1; !context.stop.aborted; tries++) {
    try {
      const { isFifo } = await queue.describe();
      if (!isFifo)
        return refused('expected a FIFO queue, got a standard one; make one whose name ends in .fifo');
      const right = await queue.refusedRight(context.side);
      return right === undefined ? { kind: 'open', queue } : refused(mayNotUse(describedCause(right)));
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      const reason = describedCause(error.cause);
      if (settingFaults.test(reason)) return refused(mayNotUse(reason));
      if (tries >= triesMax) {
        const line = `the updates queue cannot be reached: ${reason}; check UPDATES_QUEUE_URL and the network`;
        return { kind: 'refused', line, code: exitCodes.storeUnreachable };
      }
      await context.clock.sleep(retryMs, context.stop);
    }
  }
  return { kind: 'stopped' };
}

/** What to say of the error of a first receive that no waiting mends. */
export function refusalToReceive(error: unknown): string | undefined {
  if (!(error instanceof QueueError)) return undefined;
  const reason = describedCause(error.cause);
  return settingFaults.test(reason) ? lineOf(mayNotUse(reason)) : undefined;
}

function refused(problem: string): OpenedQueue {
  return { kind: 'refused', line: lineOf(problem), code: exitCodes.configuration };
}

function lineOf(problem: string): string {
  return `UPDATES_QUEUE_URL: ${problem}`;
}

function mayNotUse(reason: string): string {
  return `expected a FIFO queue that this program may use, got: ${reason}; check address and rights`;
}

/** The SDK's name for it says most. */
function describedCause(cause: unknown): string {
  return oneLine(`${cause instanceof Error ? cause.name : 'error'}: ${reasonOf(cause)}`, reasonLengthMax);
}

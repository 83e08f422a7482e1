/**
 * Whether handlers may go back inline: only when the updates queue has been empty for a minute, because SQS counts late
 * and an inline handler would overtake what is left. Whoever asks before the switch must have stopped the worker: it would
 * put more in.
 */

import { isQuarantine } from '../core/lease/lock-value.ts';
import type { StatusAnswer, UpdatesQueueResult } from '../core/ops/results.ts';
import { waitingIn } from '../core/outage/queue-trouble.ts';
import type { Clock } from '../core/platform/clock.ts';

export interface WayBack {
  readonly isOpen: boolean;
  /** In a sentence. */
  readonly came: string;
}

export interface WayBackOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  /** Undefined: there was no answer. */
  readonly ask: () => Promise<StatusAnswer | undefined>;
  /** How long to wait for a queue that still holds something. */
  readonly waitMs: number;
  /** Refused while a worker polls: asked before the switch. */
  readonly isBefore: boolean;
}

export const emptyForMs = 60_000;
const lookEveryMs = 5000;

export async function watchWayBack({ clock, ask, waitMs, isBefore }: WayBackOptions): Promise<WayBack> {
  const startMs = clock.monotonicMs();
  let emptySinceMs: number | undefined;
  for (;;) {
    const status = await ask();
    const nowMs = clock.monotonicMs();
    const refusal = refusalOf(status, { isBefore });
    if (refusal === undefined) {
      emptySinceMs ??= nowMs;
      const came = `the updates queue has been empty for ${emptyForMs / 1000} s`;
      if (nowMs - emptySinceMs >= emptyForMs) return { isOpen: true, came };
    } else {
      emptySinceMs = undefined;
      if (nowMs - startMs >= waitMs) return { isOpen: false, came: refusal };
    }
    await clock.sleep(lookEveryMs);
  }
}

/** Why not now; undefined: the queue is empty at this moment. */
function refusalOf(
  status: StatusAnswer | undefined,
  { isBefore }: Pick<WayBackOptions, 'isBefore'>,
): string | undefined {
  if (status === undefined) return 'the status is unknown';
  const { updatesQueue, lock } = status;
  if (updatesQueue === undefined) return 'no queue is known here: set UPDATES_QUEUE_URL';
  if (isBefore && lock !== null && !isQuarantine(lock.value)) {
    return 'a worker still polls, and puts more into the updates queue: stop it first';
  }
  return heldText(updatesQueue);
}

function heldText({ queue, problem }: UpdatesQueueResult): string | undefined {
  if (queue === null) return `the updates queue does not answer: ${problem}`;
  if (waitingIn(queue) === 0) return undefined;
  return `the updates queue still holds ${queue.visible} waiting and ${queue.inFlight} in flight`;
}

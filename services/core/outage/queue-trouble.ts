/**
 * Queue mode's own trouble: the bot polls, but what it fetches is not handled, or late. Pure, but for the probe.
 *
 * - `handlers-absent`: updates wait, and no consumer has a fresh heartbeat. A consumer that stops cleanly removes its own.
 * - `handlers-behind`: consumers beat, but an update had waited for over a minute when its handler began.
 *
 * An empty queue is no trouble, whoever consumes. A queue that does not answer is unknown, and so is the trouble.
 *
 * Does not see updates that no consumer begins while all slots are busy: CloudWatch's alarm on the oldest update does.
 */
import { oneLine } from '../platform/foreign-text.ts';
import type { QueueView, QueueWatch, SeenConsumer } from '../queue/queue-watch.ts';
import { QueueError } from '../queue/updates-queue.ts';

export const queueTroubles = ['handlers-absent', 'handlers-behind'] as const;
export type QueueTrouble = (typeof queueTroubles)[number];

/** Since when it has lasted, as the monitor found it. */
export interface QueueTroubleMark {
  readonly trouble: QueueTrouble;
  readonly sinceMs: number;
}

/** A trouble that lasts, in numbers. */
export interface QueueSeen extends QueueTroubleMark {
  readonly waiting: number;
  readonly lagSeconds: number;
}

export interface QueueFacts {
  /** Undefined: the queue did not answer, and `problem` says why. */
  readonly view: QueueView | undefined;
  readonly problem: string | null;
  readonly consumers: readonly SeenConsumer[];
}

const lagMaxMs = 60_000;
const problemMax = 300;

/** Undefined: handlers run inline. Rejects if the store fails. */
export async function probeQueue(watch: QueueWatch | undefined): Promise<QueueFacts | undefined> {
  if (watch === undefined) return undefined;
  const [looked, consumers] = await Promise.all([lookAt(watch), watch.consumers.list()]);
  return { ...looked, consumers };
}

async function lookAt({ queue }: QueueWatch): Promise<Pick<QueueFacts, 'view' | 'problem'>> {
  try {
    return { view: await queue.look(), problem: null };
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return { view: undefined, problem: oneLine(error.message, problemMax) };
  }
}

/** `lateMs`: the age from which a heartbeat is late. */
export function queueTrouble(
  facts: QueueFacts | undefined,
  lateMs: number,
): QueueTrouble | 'unknown' | undefined {
  if (facts === undefined) return undefined;
  if (facts.view === undefined) return 'unknown';
  if (waitingIn(facts.view) === 0) return undefined;
  const beating = facts.consumers.filter(({ ageMs }) => ageMs <= lateMs);
  if (beating.length === 0) return 'handlers-absent';
  return beating.some(({ lagMs }) => lagMs > lagMaxMs) ? 'handlers-behind' : undefined;
}

/** The longest wait of an update. */
export function lagMsOf({ consumers }: Pick<QueueFacts, 'consumers'>): number {
  return Math.max(0, ...consumers.map(({ lagMs }) => lagMs));
}

/** What has been accepted and not been handled. */
export function waitingIn({ visible, inFlight }: QueueView): number {
  return visible + inFlight;
}

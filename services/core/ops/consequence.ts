/**
 * What an action would do in the present state that cannot be undone: what a person is shown and confirms. What was
 * confirmed is what is done: if it would be worse by then, the person is asked again.
 */
import { waitingIn } from '../outage/queue-trouble.ts';
import type { LinkAction } from './links/signed-link.ts';
import type { OpsAction, OpsRequest } from './payload.ts';
import type { StatusAnswer } from './results.ts';

export interface Consequence {
  /** The lock value that is deleted instead of asked for; null: none. */
  readonly deletedLock: string | null;
  /** How many updates are deleted at most, at Telegram and in the updates queue; infinite if one does not say. */
  readonly droppedUpdates: number;
  readonly removesWebhook: boolean;
}

export function consequenceOf(
  {
    action,
    force,
    dropUpdates,
  }: Pick<OpsRequest, 'force' | 'dropUpdates'> & { readonly action: OpsAction | LinkAction },
  { lock, webhookSet, ...waits }: Pick<StatusAnswer, 'lock' | 'webhookSet'> & Waiting,
): Consequence {
  const drops = action === 'drop-updates' || dropUpdates;
  return {
    deletedLock: force ? (lock?.value ?? null) : null,
    droppedUpdates: drops ? waitingUpdates(waits) : 0,
    removesWebhook: drops && webhookSet === true,
  };
}

type Waiting = Pick<StatusAnswer, 'pendingUpdates' | 'updatesQueue'>;

/** Infinite: unknown. */
export function waitingUpdates({ pendingUpdates, updatesQueue }: Waiting): number {
  const queued = updatesQueue === undefined ? 0 : updatesQueue.queue && waitingIn(updatesQueue.queue);
  return (pendingUpdates ?? Number.POSITIVE_INFINITY) + (queued ?? Number.POSITIVE_INFINITY);
}

export function isWorse(now: Consequence, confirmed: Consequence): boolean {
  return (
    (now.deletedLock !== null && now.deletedLock !== confirmed.deletedLock) ||
    now.droppedUpdates > confirmed.droppedUpdates ||
    (now.removesWebhook && !confirmed.removesWebhook)
  );
}

/** A lock without expiry goes only by force: its holder may be dead, and then nobody gives it back. */
export function needsForce({ lock }: Pick<StatusAnswer, 'lock'>): boolean {
  return lock !== null && lock.ttlSeconds === null;
}

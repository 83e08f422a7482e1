/**
 * The handler of queue mode: sends an update to the queue and ends when the queue has accepted it.
 *
 * An update that the queue will never accept becomes a dead letter: its chat goes on, and the superadmins hear of it as
 * of every dead letter. Until the store has it, the update stays unsettled.
 */
import { TermOverError } from '../lease/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { HandleUpdate, Update } from '../updates/update.ts';
import type { QueueSender } from './queue-sender.ts';
import type { DeadUpdates } from './queue-store.ts';
import { retryDelayMs } from './retry-delay.ts';

export interface ForwardOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly sender: Pick<QueueSender, 'send'>;
  readonly dead: DeadUpdates;
  readonly epoch: () => number;
  readonly observer: ForwardObserver;
}

export interface ForwardObserver {
  onRefused(update: Update, error: Error): void;
  onTrouble(what: string, error: unknown): void;
}

export function forwardUpdate(options: ForwardOptions): HandleUpdate {
  const { clock, random, sender, dead, epoch, observer } = options;
  return async (update, { permit, retry }) => {
    const result = await sender.send(update, { permit, retry });
    if (result === 'sent') return;
    const letter = { id: String(update.update_id), attempts: 0, epoch: epoch(), retries: retry ?? 0 };
    for (let failures = 1; permit.mayAct(); failures++) {
      try {
        await dead.bury({ ...letter, content: JSON.stringify(update) });
        return observer.onRefused(update, result.error);
      } catch (error) {
        observer.onTrouble('keep an update that the queue refuses', error);
        await clock.sleep(retryDelayMs(failures, random), permit.overSignal);
      }
    }
    throw new TermOverError('keeping an update that the queue refuses');
  };
}

/**
 * Counts each attempt at a replayed update in the store, right before its handler runs: if that handler ends the
 * process, the next leader knows.
 *
 * One request is under way at a time and carries everything that was asked for meanwhile, so a long replay does not
 * crowd out the lease's renewals. Suspects are counted one by one, each when its turn comes (`poison-queue.ts`).
 */
import type { Attempt, ReceivedUpdate } from './handler-run.ts';
import { PoisonQueue, poisonAttempts } from './poison-queue.ts';

type Counted = number | 'dead letter' | 'term over';

export interface AttemptCounterOptions {
  /** Counts one more attempt for each of these; undefined when the term is over. */
  readonly count: (updateIds: readonly number[]) => Promise<readonly (number | 'dead letter')[] | undefined>;
  readonly onDeadLetters: (updateIds: readonly number[]) => void;
}

interface PendingCount {
  readonly updateId: number;
  readonly resolve: (counted: Counted) => void;
}

/** A longer list would make one script run long. */
const countBatchMax = 100;

export class AttemptCounter {
  private readonly options: AttemptCounterOptions;
  private readonly poisonQueue = new PoisonQueue();
  private pending: PendingCount[] = [];
  private isCounting = false;

  constructor(options: AttemptCounterOptions) {
    this.options = options;
  }

  /** Resolves when the handler may run, with the number of its attempt; or says why it may not. */
  async begin({ update, attempt }: ReceivedUpdate): Promise<Attempt | 'dead letter' | 'term over'> {
    const release = attempt >= poisonAttempts ? await this.poisonQueue.acquire() : () => {};
    const counted = await this.count(update.update_id);
    if (typeof counted === 'number') return { number: counted, release };
    release();
    if (counted === 'dead letter') this.options.onDeadLetters([update.update_id]);
    return counted;
  }

  private count(updateId: number): Promise<Counted> {
    return new Promise((resolve) => {
      this.pending.push({ updateId, resolve });
      if (!this.isCounting) void this.countPending();
    });
  }

  private async countPending(): Promise<void> {
    this.isCounting = true;
    while (this.pending.length > 0) {
      const batch = this.pending.splice(0, countBatchMax);
      const counted = await this.options.count(batch.map(({ updateId }) => updateId));
      for (const [index, { resolve }] of batch.entries()) resolve(counted?.[index] ?? 'term over');
    }
    this.isCounting = false;
  }
}

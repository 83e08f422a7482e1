/**
 * Lets in what may have been tried before: each attempt is counted in the store right before its handler runs.
 *
 * One request is under way at a time and takes everybody who asks meanwhile, so that a long replay does not crowd
 * out the lease's renewals. Suspects are counted alone: each when its turn has come.
 */
import type { Admission, Job } from './lanes.ts';
import { PoisonQueue, poisonAttempts } from './poison-queue.ts';

export type AdmissionAnswer = Admission | 'given up' | 'term over';

export interface AttemptCounterOptions {
  /** Counts one attempt more for each of these; undefined when the term is over. */
  readonly count: (updateIds: readonly number[]) => Promise<readonly (number | 'given up')[] | undefined>;
  readonly onDeadLetters: (updateIds: readonly number[]) => void;
}

interface Asking {
  readonly updateId: number;
  readonly answer: (counted: number | 'given up' | 'term over') => void;
}

/** More of them would make one script run long. */
const countedTogetherMax = 100;

export class AttemptCounter {
  private readonly options: AttemptCounterOptions;
  private readonly poisonQueue = new PoisonQueue();
  private asking: Asking[] = [];
  private isCounting = false;

  constructor(options: AttemptCounterOptions) {
    this.options = options;
  }

  async admit({ update, attempt }: Job): Promise<AdmissionAnswer> {
    const leave = attempt >= poisonAttempts ? await this.poisonQueue.enter() : () => {};
    const counted = await this.count(update.update_id);
    if (typeof counted === 'number') return { attempt: counted, leave };
    leave();
    if (counted === 'given up') this.options.onDeadLetters([update.update_id]);
    return counted;
  }

  private count(updateId: number): Promise<number | 'given up' | 'term over'> {
    return new Promise((answer) => {
      this.asking.push({ updateId, answer });
      if (!this.isCounting) void this.countAll();
    });
  }

  private async countAll(): Promise<void> {
    this.isCounting = true;
    while (this.asking.length > 0) {
      const together = this.asking.splice(0, countedTogetherMax);
      const counted = await this.options.count(together.map(({ updateId }) => updateId));
      for (const [index, { answer }] of together.entries()) answer(counted?.[index] ?? 'term over');
    }
    this.isCounting = false;
  }
}

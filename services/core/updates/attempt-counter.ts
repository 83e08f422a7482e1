/**
 * Counts each attempt at a replayed update in the store, right before its handler runs: if that handler ends the
 * process, the next leader knows.
 *
 * One request is under way at a time and carries everything that was asked for meanwhile, so a long replay does not
 * crowd out the lease's renewals. Suspects wait for their turn first, and everything else until no suspect runs alone
 * (`poison-queue.ts`).
 */
import type { Clock } from '../platform/clock.ts';
import type { Attempt, ReceivedUpdate } from './handler-run.ts';
import { type AttemptMode, type AttemptToCount, attemptsMax } from './journal.ts';
import { PoisonQueue, poisonAttempts, type Turn } from './poison-queue.ts';

type Counted = number | 'dead letter' | 'term over';

export interface AttemptCounterOptions {
  readonly clock: Clock;
  /** Counts one more attempt for each of these, and records which updates have ended; undefined when the term is over. */
  readonly count: (
    attempts: readonly AttemptToCount[],
  ) => Promise<readonly (number | 'dead letter')[] | undefined>;
  readonly onDeadLetters: (updateIds: readonly number[]) => void;
}

interface PendingCount extends AttemptToCount {
  readonly resolve: (counted: Counted) => void;
}

/** A longer list would make one script run long. */
const countBatchMax = 100;
/** The turn of an update that is no suspect. */
const ownTurn: Turn = { mode: 'alone', begun: () => {}, release: () => {} };

export class AttemptCounter {
  private readonly options: AttemptCounterOptions;
  private readonly poisonQueue: PoisonQueue;
  private pending: PendingCount[] = [];
  private isCounting = false;

  constructor(options: AttemptCounterOptions) {
    this.options = options;
    this.poisonQueue = new PoisonQueue({ clock: options.clock, recordEnded: () => options.count([]) });
  }

  /** Resolves when the handler may run, with the number of its attempt; or says why it may not. */
  async begin(received: ReceivedUpdate): Promise<Attempt | 'dead letter' | 'term over'> {
    const updateId = received.update.update_id;
    const { mode, begun, release } = await this.turnOf(received);
    const counted = await this.count(updateId, mode);
    if (typeof counted === 'number') {
      begun();
      return { number: counted, release };
    }
    release();
    if (counted === 'dead letter') this.options.onDeadLetters([updateId]);
    return counted;
  }

  /** Undefined once a handler may begin whose update is no replay; before that a promise of it. */
  untilOthersMayBegin(): Promise<void> | undefined {
    return this.poisonQueue.untilOpen();
  }

  private async turnOf({ attempt, triedBesideOthers }: ReceivedUpdate): Promise<Turn> {
    // One with no attempt left runs no handler: it becomes a dead letter.
    if (attempt >= attemptsMax) return ownTurn;
    if (attempt >= poisonAttempts) return this.poisonQueue.acquire({ isAccused: triedBesideOthers ?? false });
    await this.poisonQueue.untilOpen();
    return ownTurn;
  }

  private count(updateId: number, mode: AttemptMode): Promise<Counted> {
    return new Promise((resolve) => {
      this.pending.push({ updateId, mode, resolve });
      if (!this.isCounting) void this.countPending();
    });
  }

  private async countPending(): Promise<void> {
    this.isCounting = true;
    while (this.pending.length > 0) {
      const batch = this.pending.splice(0, countBatchMax);
      const counted = await this.options.count(batch.map(({ updateId, mode }) => ({ updateId, mode })));
      for (const [index, { resolve }] of batch.entries()) resolve(counted?.[index] ?? 'term over');
    }
    this.isCounting = false;
  }
}

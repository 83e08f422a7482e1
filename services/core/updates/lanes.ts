/**
 * Lanes: one handler at a time, in order, within a lane; different lanes side by side.
 *
 * Guarantees: a lane moves on only when its handler has ended, however long that takes. Nothing is dispatched after
 * `mayAct` said no: what is left stays unsettled, for the next leader.
 * What becomes of an update whose handler fails or hangs: `handler-run.ts`.
 */
import type { Attempt, ReceivedUpdate } from './handler-run.ts';

export interface LanesOptions<R extends ReceivedUpdate> {
  /** Counts the attempt of a replayed update in the store, before its handler runs. */
  readonly countAttempt: (received: R) => Promise<Attempt | 'dead letter' | 'term over'>;
  /** Resolves when the handler has ended. Must not reject. */
  readonly runHandler: (received: R, attempt: Attempt) => Promise<void>;
  readonly mayAct: () => boolean;
  /** The handler has ended, or the update became a dead letter: its lane has moved on. */
  readonly onEnded: (received: R) => void;
}

export class Lanes<R extends ReceivedUpdate> {
  private readonly options: LanesOptions<R>;
  private readonly queues = new Map<string, R[]>();
  private lanesToStart: string[] = [];

  constructor(options: LanesOptions<R>) {
    this.options = options;
  }

  /** Lanes whose handler runs or waits for its attempt to be counted. */
  get busyCount(): number {
    return this.queues.size;
  }

  /** Queues an update. The first of a lane runs after the next `start`, each later one when its turn comes. */
  add(received: R): void {
    const queue = this.queues.get(received.lane);
    if (queue !== undefined) queue.push(received);
    else {
      this.queues.set(received.lane, [received]);
      this.lanesToStart.push(received.lane);
    }
  }

  start(): void {
    const lanes = this.lanesToStart;
    this.lanesToStart = [];
    for (const lane of lanes) void this.runLane(lane);
  }

  private async runLane(lane: string): Promise<void> {
    const { countAttempt, runHandler, mayAct, onEnded } = this.options;
    const queue = this.queues.get(lane) ?? [];
    for (let received = queue[0]; received !== undefined && mayAct(); received = queue[0]) {
      const attempt = received.isReplay ? await countAttempt(received) : firstAttempt(received);
      if (attempt === 'term over') break;
      if (attempt !== 'dead letter') {
        if (!mayAct()) break;
        await runHandler(received, attempt);
      }
      queue.shift();
      // Before `onEnded`: it checks how many lanes are busy.
      if (queue.length === 0) this.queues.delete(lane);
      onEnded(received);
      // After `onEnded`: the next suspect's count records that this one has ended.
      if (attempt !== 'dead letter') attempt.release();
    }
    if (this.queues.get(lane) === queue) this.queues.delete(lane);
  }
}

function firstAttempt({ attempt }: ReceivedUpdate): Attempt {
  return { number: attempt, release: nothing };
}

function nothing(): void {}

/**
 * Lanes: one handler at a time, in order, within a lane; different lanes side by side.
 *
 * Guarantees: a lane moves on only when its handler has ended, however long that takes. No handler begins after
 * `mayBegin` said no, except one whose attempt is being counted: the attempt would be lost. What is left stays
 * unsettled, for the next leader.
 * What becomes of an update whose handler fails or hangs: `handler-run.ts`.
 */
import type { Attempt, ReceivedUpdate } from './handler-run.ts';

/** The lane moves on without a run. `lost`: another process handles the update. */
type NotRun = 'dead letter' | 'lost';

export interface LanesOptions<R extends ReceivedUpdate> {
  /** Counts the attempt of a replayed update in the store, before its handler runs. */
  readonly countAttempt: (received: R) => Promise<Attempt | NotRun | 'term over'>;
  /** Undefined if an update that is no replay may begin; otherwise a promise of it. */
  readonly untilOthersMayBegin: () => Promise<void> | undefined;
  /** Resolves when the handler has ended. Must not reject. */
  readonly runHandler: (received: R, attempt: Attempt) => Promise<void>;
  /** Whether a further handler may begin. */
  readonly mayBegin: () => boolean;
  /** Whether a handler whose attempt is counted may still run. */
  readonly mayAct: () => boolean;
  /** A lane has ended, and what is left in it stays unsettled. */
  readonly onStandstill: () => void;
  /** The handler has ended, or the update was not to run: its lane has moved on. */
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
    const { countAttempt, untilOthersMayBegin, runHandler, mayBegin, mayAct, onStandstill, onEnded } =
      this.options;
    const queue = this.queues.get(lane) ?? [];
    for (let received = queue[0]; received !== undefined && mayBegin(); received = queue[0]) {
      const closed = received.isReplay ? undefined : untilOthersMayBegin();
      if (closed !== undefined) {
        await closed;
        continue;
      }
      const attempt = received.isReplay ? await countAttempt(received) : firstAttempt(received);
      if (attempt === 'term over') break;
      if (typeof attempt !== 'string') {
        if (!mayAct()) break;
        await runHandler(received, attempt);
      }
      queue.shift();
      // Before `onEnded`: it checks how many lanes are busy.
      if (queue.length === 0) this.queues.delete(lane);
      onEnded(received);
      // After `onEnded`: the next suspect's count records that this one has ended.
      if (typeof attempt !== 'string') attempt.release();
    }
    if (this.queues.get(lane) !== queue) return;
    this.queues.delete(lane);
    onStandstill();
  }
}

function firstAttempt({ attempt }: ReceivedUpdate): Attempt {
  return { number: attempt, release: nothing };
}

function nothing(): void {}

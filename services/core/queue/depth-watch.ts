/**
 * Watches how much the queue holds, and holds fetching while that is too much: what Telegram keeps costs nothing, and a
 * backlog of more than 120,000 messages in one group would hide other groups. Also tells what the dead-letter queue holds.
 *
 * An answer that does not come changes nothing: the last one counts.
 */
import type { Clock } from '../platform/clock.ts';
import type { QueueDepth, UpdatesQueue } from './updates-queue.ts';

export interface DepthWatchOptions {
  readonly clock: Clock;
  readonly queue: Pick<UpdatesQueue, 'depth'>;
  /** How many messages the dead-letter queue holds; undefined: there is none. */
  readonly deadLetters: () => Promise<number | undefined>;
  readonly depthMax: number;
  readonly observer: DepthObserver;
}

export interface DepthObserver {
  onDepth(depth: QueueDepth): void;
  onDeadLetters(messages: number): void;
  /** Fetching holds, or goes on. */
  onFull(isFull: boolean, messages: number): void;
  onTrouble(what: string, error: unknown): void;
}

export const depthEveryMs = 5000;
/** The dead-letter queue is looked at once a minute: its messages wait for a person. */
const looksPerDeadLetters = 12;
/** Fetching goes on when this share has been handled, so that it does not flap. */
const resumeShare = 0.9;

export class DepthWatch {
  private readonly options: DepthWatchOptions;
  private full = false;

  constructor(options: DepthWatchOptions) {
    this.options = options;
  }

  get isFull(): boolean {
    return this.full;
  }

  async run(stop: AbortSignal): Promise<void> {
    const { clock } = this.options;
    for (let looks = 0; !stop.aborted; looks += 1) {
      await this.look();
      if (looks % looksPerDeadLetters === 0) await this.lookAtDeadLetters();
      await clock.sleep(depthEveryMs, stop);
    }
  }

  private async lookAtDeadLetters(): Promise<void> {
    const { deadLetters, observer } = this.options;
    try {
      const messages = await deadLetters();
      if (messages !== undefined) observer.onDeadLetters(messages);
    } catch (error) {
      observer.onTrouble('read the depth of the dead-letter queue', error);
    }
  }

  private async look(): Promise<void> {
    const { queue, depthMax, observer } = this.options;
    try {
      const depth = await queue.depth();
      observer.onDepth(depth);
      const messages = depth.visible + depth.inFlight;
      const isFull = messages >= (this.full ? depthMax * resumeShare : depthMax);
      if (isFull !== this.full) observer.onFull(isFull, messages);
      this.full = isFull;
    } catch (error) {
      observer.onTrouble('read the depth of the queue', error);
    }
  }
}

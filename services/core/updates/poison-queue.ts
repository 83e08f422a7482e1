/**
 * Lets suspects in so that a crash shows which one caused it. An update that was attempted twice and is still unsettled
 * may be poison: the one that ends the process.
 *
 * - A term begins with its suspects, one after another, and while one runs no other handler does, whatever its update.
 *   The one that crashes the process then is known, and no other loses its last attempt to it.
 * - This lasts for the first seconds only. Then the store is told which have ended, and the gate opens for the rest of
 *   the term: everything else begins, and the suspects that are left run beside it. Such an attempt is not counted. If the process crashes, those that were
 *   running are accused.
 * - The accused run before any other suspect, and for longer.
 *
 * So poison is known after three attempts, or after four if there were too many suspects to run each alone.
 *
 * Does not guarantee: that a suspect which takes very long stays alone. It opens the gate, or one handler that never
 * ends would hold up every chat.
 */
import type { Clock } from '../platform/clock.ts';
import type { AttemptMode } from './journal.ts';

export interface Turn {
  readonly mode: AttemptMode;
  /** Its attempt is counted and its handler begins. */
  begun(): void;
  /** Lets the next one in; safe to repeat. */
  release(): void;
}

interface Suspect {
  readonly isAccused: boolean;
  readonly resolve: (turn: Turn) => void;
}

/** An update with this many attempts is a suspect. */
export const poisonAttempts = 2;
/** How long after the first one suspects still begin alone. */
export const aloneForMs = 5000;
/** And how long the accused do: the time for all of them, if they take about a second each. */
export const accusedAloneForMs = 60_000;
/** One that has run alone for this long opens the gate. */
export const aloneMaxMs = 10_000;
/** After a crash each of these runs alone, so more would make the second replay long. */
export const besideOthersMax = 50;

export interface PoisonQueueOptions {
  readonly clock: Clock;
  /** The store learns which suspects have ended: what begins next may end the process. */
  readonly recordEnded: () => Promise<unknown>;
}

export class PoisonQueue {
  private readonly options: PoisonQueueOptions;
  private waiting: Suspect[] = [];
  private running = 0;
  private readonly gate = Promise.withResolvers<void>();
  private isOpen = false;
  private isAdmitting = false;
  private isRecording = false;
  /** One has run alone since the store was told last. */
  private isUnrecorded = false;
  private firstInMs: number | undefined;

  constructor(options: PoisonQueueOptions) {
    this.options = options;
  }

  /** Resolves when it is the suspect's turn. */
  acquire({ isAccused }: { isAccused: boolean }): Promise<Turn> {
    return new Promise((resolve) => {
      this.waiting.push({ isAccused, resolve });
      this.admitSoon();
    });
  }

  /** For what is no suspect: undefined once it may begin, before that a promise of it. */
  untilOpen(): Promise<void> | undefined {
    if (this.isOpen) return undefined;
    this.admitSoon();
    return this.gate.promise;
  }

  /** All who come at the same moment count as waiting, and so does the next of the lane of one that has just ended. */
  private admitSoon(): void {
    if (this.isAdmitting) return;
    this.isAdmitting = true;
    queueMicrotask(() => {
      this.isAdmitting = false;
      this.admit();
    });
  }

  private admit(): void {
    if (!this.isOpen) {
      if (this.running > 0) return;
      const next = this.takeToRunAlone();
      if (next !== undefined) {
        this.letInAlone(next);
        return;
      }
      if (this.isUnrecorded) void this.record();
      if (this.isRecording) return;
      this.open();
    }
    const free = besideOthersMax - this.running;
    for (const { resolve } of this.waiting.splice(0, Math.max(0, free)))
      resolve({ mode: 'beside others', begun: nothing, ...this.enter(nothing) });
  }

  private async record(): Promise<void> {
    this.isUnrecorded = false;
    this.isRecording = true;
    await this.options.recordEnded();
    this.isRecording = false;
    this.admit();
  }

  private takeToRunAlone(): Suspect | undefined {
    this.waiting.sort((a, b) => Number(b.isAccused) - Number(a.isAccused));
    const [next] = this.waiting;
    if (next === undefined) return undefined;
    const { clock } = this.options;
    this.firstInMs ??= clock.monotonicMs();
    const forMs = next.isAccused ? accusedAloneForMs : aloneForMs;
    return clock.monotonicMs() - this.firstInMs < forMs ? this.waiting.shift() : undefined;
  }

  private open(): void {
    this.isOpen = true;
    this.gate.resolve();
  }

  private letInAlone(suspect: Suspect): void {
    const ended = new AbortController();
    this.isUnrecorded = true;
    const begun = async (): Promise<void> => {
      await this.options.clock.sleep(aloneMaxMs, ended.signal);
      if (ended.signal.aborted) return;
      this.open();
      this.admit();
    };
    const { release } = this.enter(() => ended.abort('ended'));
    suspect.resolve({ mode: 'alone', begun: () => void begun(), release });
  }

  private enter(onReleased: () => void): Pick<Turn, 'release'> {
    this.running++;
    let isIn = true;
    const release = (): void => {
      if (!isIn) return;
      isIn = false;
      this.running--;
      onReleased();
      this.admitSoon();
    };
    return { release };
  }
}

function nothing(): void {}

/**
 * Who polls: the unanswered getUpdates calls, and a record of overlaps and conflicts.
 *
 * An overlap is two unanswered calls whose clients are both connected: proof that two programs poll with one token, even if
 * no 409 came of it (rule 12). A client that hangs up and polls again on another connection is not a second program, but
 * its new call may be read before its hang-up. So an overlap counts only if the older call's connection still exists a
 * moment later. Two programs, the older of which takes its 409 and disconnects at once, therefore show only as conflicts.
 *
 * Tested by: test/lab/telegram-emulator/get-updates.test.ts
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { Tell } from './events.ts';
import { History } from './history.ts';

/** The program at the other end of a call. */
export interface PollClient {
  /** Its address, as far as it is known. */
  readonly name: string;
  /** Aborts when its connection ends. */
  readonly gone: AbortSignal;
}

export interface OpenPoll {
  readonly id: number;
  readonly client: PollClient;
  readonly openedAtMs: number;
  readonly onGone: () => void;
}

export interface Overlap {
  readonly atMs: number;
  readonly first: string;
  readonly second: string;
  /** Undefined while both are open. */
  overlapMs?: number;
}

export interface Conflict {
  readonly atMs: number;
  readonly reason: 'other-poll' | 'set-webhook' | 'webhook-active';
  readonly client: string;
  /** Answered 3 s later. */
  readonly delayed: boolean;
  /** The client had hung up, so its answer goes nowhere. */
  readonly ghost: boolean;
}

const kept = 100;
/** A hang-up may be noticed this much later than the client's next call. */
export const handOverMs = 50;

export interface PollLogParts {
  readonly clock: Clock;
  readonly tell: Tell;
  /** Aborts when the emulator is closed. */
  readonly closing: AbortSignal;
}

export class PollLog {
  readonly overlaps = new History<Overlap>(kept);
  readonly conflicts = new History<Conflict>(kept);
  readonly #open = new Map<number, OpenPoll>();
  /** Current overlaps, with the two calls of each. */
  #running: { overlap: Overlap; sinceMs: number; ids: readonly [number, number] }[] = [];
  #lastId = 0;
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #closing: AbortSignal;

  constructor({ clock, tell, closing }: PollLogParts) {
    this.#clock = clock;
    this.#tell = tell;
    this.#closing = closing;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Open calls whose client has hung up. */
  get ghostCount(): number {
    return [...this.#open.values()].filter(({ client }) => client.gone.aborted).length;
  }

  open(client: PollClient, args: Readonly<Record<string, number>>): OpenPoll {
    this.#lastId += 1;
    const poll = {
      id: this.#lastId,
      client,
      openedAtMs: this.#clock.monotonicMs(),
      onGone: () => this.#abandoned(poll),
    };
    for (const other of this.#open.values()) if (!other.client.gone.aborted) this.#beginOverlap(other, poll);
    this.#open.set(poll.id, poll);
    client.gone.addEventListener('abort', poll.onGone, { once: true });
    this.#tell('poll-opened', { pollId: poll.id, client: client.name, ...args });
    return poll;
  }

  close(poll: OpenPoll, outcome: { status: number; updates: number }): void {
    this.#open.delete(poll.id);
    poll.client.gone.removeEventListener('abort', poll.onGone);
    this.#endOverlaps(poll);
    const lastedMs = Math.round(this.#clock.monotonicMs() - poll.openedAtMs);
    this.#tell('poll-closed', { pollId: poll.id, client: poll.client.name, ...outcome, lastedMs });
  }

  conflict(poll: OpenPoll, { reason, delayed }: Pick<Conflict, 'reason' | 'delayed'>): void {
    const ghost = poll.client.gone.aborted;
    const conflict = { atMs: this.#clock.wallMs(), reason, client: poll.client.name, delayed, ghost };
    this.conflicts.add(conflict);
    this.#tell('conflict', { pollId: poll.id, ...conflict });
  }

  #beginOverlap(first: OpenPoll, second: OpenPoll): void {
    const overlap = { atMs: this.#clock.wallMs(), first: first.client.name, second: second.client.name };
    this.#running.push({ overlap, sinceMs: this.#clock.monotonicMs(), ids: [first.id, second.id] });
    void this.#clock.sleep(handOverMs, this.#closing).then(() => {
      if (!first.client.gone.aborted) this.overlaps.add(overlap);
    });
  }

  #endOverlaps(poll: OpenPoll): void {
    const nowMs = this.#clock.monotonicMs();
    this.#running = this.#running.filter(({ overlap, sinceMs, ids }) => {
      if (!ids.includes(poll.id)) return true;
      overlap.overlapMs = nowMs - sinceMs;
      return false;
    });
  }

  #abandoned(poll: OpenPoll): void {
    this.#endOverlaps(poll);
    this.#tell('poll-abandoned', { pollId: poll.id, client: poll.client.name });
  }
}

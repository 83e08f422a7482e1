/**
 * The promises of queue mode, held against what the queue itself knows. Watches only, and shares no code with what it
 * checks.
 *
 * - No update is lost: each is completed or becomes a dead letter.
 * - The queue accepts each update once, however often it is sent.
 * - A handler begins and acts only while the queue holds its message for the receipt under which it runs: so no two
 *   processes act on one message, and none after its time.
 * - Within a chat an update begins only when every earlier one has left the queue. What `dead retry` put back has no
 *   place in the order.
 * - A message leaves the queue only when its handler has ended, or the store holds it as a dead letter.
 * - No update is attempted more than three times, unless an operator gives it another three.
 * - A later attempt that ends the process takes no other later attempt along, the third no attempt at all, unless it had
 *   waited for long to run apart from them.
 *
 * Does not check that attempts began which were counted: a process may end in between.
 */
import type { FifoQueue, StoredMessage } from '../../../services/lab/sqs-emulator/fifo-queue.ts';
import type { Report } from '../checkers.ts';

export interface SentUpdate {
  /** Numbers the updates in order of arrival; their ids may repeat. */
  readonly serial: number;
  readonly chat: number;
  readonly poison: boolean;
}

const attemptsAllowed = 3;
/** After a wait of this long an attempt may begin beside others: the second, the third. Less what a clock drifts. */
const waitMaxMs: ReadonlyMap<number, number> = new Map([
  [2, 4900],
  [3, 9900],
]);

export class QueueChecker {
  private readonly queue: FifoQueue;
  private readonly report: Report;
  private readonly pushed: SentUpdate[] = [];
  private readonly accepted = new Map<number, number>();
  private readonly begins = new Map<number, number>();
  private readonly completed = new Set<number>();
  private readonly left = new Set<number>();
  private readonly dead = new Set<number>();
  /** The store holds them, or has held them: an operator may be quicker than the removal. */
  private readonly mayLeave = new Set<number>();
  private readonly retries = new Map<number, number>();
  private readonly cured = new Set<number>();

  constructor(queue: FifoQueue, report: Report) {
    this.queue = queue;
    this.report = report;
  }

  push(update: SentUpdate): void {
    this.pushed.push(update);
  }

  accept(message: StoredMessage): void {
    const serial = serialOf(message.body);
    const count = (this.accepted.get(serial) ?? 0) + 1;
    this.accepted.set(serial, count);
    const allowed = 1 + (this.retries.get(serial) ?? 0);
    if (count > allowed) this.report(`the queue accepted update ${serial} ${count} times`);
  }

  begin(serial: number, { receipt, attempt, process }: Run): void {
    this.heldFor(receipt, `${process} began update ${serial}`);
    if (attempt > attemptsAllowed) this.report(`update ${serial} began as attempt ${attempt}`);
    const begins = (this.begins.get(serial) ?? 0) + 1;
    this.begins.set(serial, begins);
    if (begins > attemptsAllowed) this.report(`update ${serial} began ${begins} times`);
    const chat = this.pushed.find((update) => update.serial === serial)?.chat;
    const earlier = this.pushed.find(
      (update) => update.chat === chat && update.serial < serial && !this.left.has(update.serial),
    );
    if (earlier !== undefined && !this.retries.has(serial) && !this.retries.has(earlier.serial))
      this.report(`update ${serial} began before update ${earlier.serial} of its chat had left the queue`);
  }

  /** Its process ends while these run there, too. */
  crash(serial: number, { attempt, process, waitedMs }: CrashingRun, others: readonly Run[]): void {
    if (waitedMs > (waitMaxMs.get(attempt) ?? -1)) return;
    for (const other of others) {
      if (attempt < attemptsAllowed && other.attempt === 1) continue;
      this.report(
        `${process} ended at attempt ${attempt} of update ${serial}, and attempt ${other.attempt} of another with it`,
      );
    }
  }

  answer(serial: number, { receipt, process }: Run): void {
    this.heldFor(receipt, `${process} answered update ${serial}`);
    this.completed.add(serial);
  }

  remove(message: StoredMessage): void {
    const serial = serialOf(message.body);
    this.left.add(serial);
    if (!this.mayLeave.delete(serial) && !this.completed.has(serial))
      this.report(`update ${serial} left the queue before its handler ended`);
  }

  buried(content: string): void {
    this.dead.add(serialOf(content));
    this.mayLeave.add(serialOf(content));
  }

  /** An operator put it back, after its handler was fixed or not. */
  retried(content: string, isCured: boolean): void {
    const serial = serialOf(content);
    this.dead.delete(serial);
    this.begins.delete(serial);
    this.retries.set(serial, (this.retries.get(serial) ?? 0) + 1);
    if (isCured) this.cured.add(serial);
  }

  isCured(serial: number): boolean {
    return this.cured.has(serial);
  }

  get isDone(): boolean {
    return this.pushed.every(({ serial }) => this.completed.has(serial) || this.dead.has(serial));
  }

  get completedCount(): number {
    return this.completed.size;
  }

  finish(): void {
    for (const { serial, chat, poison } of this.pushed) {
      if (this.completed.has(serial) || this.dead.has(serial)) continue;
      this.report(`update ${serial} of chat ${chat} was lost${poison ? ', a poison one' : ''}`);
    }
  }

  private heldFor(receipt: string, what: string): void {
    if (!this.queue.isHeld(receipt)) this.report(`${what} when the queue no longer held it for this process`);
  }
}

interface Run {
  readonly receipt: string;
  readonly attempt: number;
  readonly process: string;
}

interface CrashingRun extends Run {
  /** From when its process received it until it began. */
  readonly waitedMs: number;
}

export function serialOf(json: string): number {
  return (JSON.parse(json) as { serial: number }).serial;
}

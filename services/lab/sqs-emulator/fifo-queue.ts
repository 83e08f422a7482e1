/**
 * A model of an SQS FIFO queue with high throughput, for the lab and, on a virtual clock, for the simulator.
 *
 * As SQS documents it, and stricter than most emulators:
 * - A group with a message in flight delivers no further one; messages of a group come in the order of their sending.
 * - A deduplication id is dropped for five minutes after it was accepted, within its group, also when the message has
 *   been removed.
 * - A receipt is good until its visibility has passed, or the message is received again. Then it removes and prolongs
 *   nothing.
 * - A message that was received `receiveCountMax` times goes to the dead-letter queue instead.
 *
 * Does not model: retention, delays, several partitions, and receives that miss messages.
 */
import type { Clock } from '../../core/platform/clock.ts';

export interface FifoQueueOptions {
  readonly clock: Clock;
  /** A new identifier. */
  readonly token: () => string;
  readonly visibilityMs: number;
  readonly receiveCountMax?: number;
  readonly deadLetters?: FifoQueue | undefined;
}

export interface SentMessage {
  readonly group: string;
  readonly deduplicationId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface StoredMessage extends SentMessage {
  readonly messageId: string;
  readonly sequence: number;
  readonly sentMs: number;
  firstReceivedMs: number | undefined;
  receiveCount: number;
  receipt: string | undefined;
  /** In flight until then, on the monotonic clock. */
  hiddenUntilMs: number;
}

export interface ReceiveOptions {
  readonly countMax: number;
  readonly waitMs: number;
  readonly visibilityMs?: number | undefined;
}

export const deduplicationMs = 300_000;
export const purgeEveryMs = 60_000;
/** Of receipts with which a message was removed: removing it again succeeds. */
const removedReceiptsMax = 10_000;

export class FifoQueue {
  private readonly options: FifoQueueOptions;
  private readonly groups = new Map<string, StoredMessage[]>();
  /** Groups without a message in flight, in the order in which they became so. */
  private readonly ready = new Set<string>();
  private readonly blocked = new Set<string>();
  private readonly accepted = new Map<
    string,
    { readonly message: StoredMessage; readonly untilMs: number }
  >();
  private readonly receipts = new Map<string, StoredMessage>();
  private readonly removedReceipts = new Set<string>();
  private readonly waiting = new Set<() => void>();
  private purgedMs = Number.NEGATIVE_INFINITY;
  private sequence = 0;
  private deliveriesAgain = 0;

  constructor(options: FifoQueueOptions) {
    this.options = options;
  }

  /** The message as stored; the first one, if its deduplication id was accepted before. */
  send(sent: SentMessage): StoredMessage {
    const { clock, token } = this.options;
    const nowMs = clock.monotonicMs();
    this.forgetAccepted(nowMs);
    const key = `${sent.group} ${sent.deduplicationId}`;
    const earlier = this.accepted.get(key);
    if (earlier !== undefined) return earlier.message;
    this.sequence += 1;
    const message: StoredMessage = {
      ...sent,
      messageId: token(),
      sequence: this.sequence,
      sentMs: clock.wallMs(),
      firstReceivedMs: undefined,
      receiveCount: 0,
      receipt: undefined,
      hiddenUntilMs: Number.NEGATIVE_INFINITY,
    };
    this.accepted.set(key, { message, untilMs: nowMs + deduplicationMs });
    this.append(message);
    return message;
  }

  /** Waits for messages at most `waitMs`, or until the signal aborts. */
  async receive(options: ReceiveOptions, signal?: AbortSignal): Promise<readonly StoredMessage[]> {
    const { clock } = this.options;
    const endMs = clock.monotonicMs() + options.waitMs;
    for (;;) {
      const messages = signal?.aborted ? [] : this.take(options);
      const nowMs = clock.monotonicMs();
      if (messages.length > 0 || nowMs >= endMs || signal?.aborted) return messages;
      await this.change(Math.min(endMs, this.nextReturnMs(nowMs)) - nowMs, signal);
    }
  }

  remove(receipt: string): 'done' | 'gone' {
    const message = this.inFlight(receipt);
    if (message === undefined) return this.removedReceipts.has(receipt) ? 'done' : 'gone';
    const group = this.groups.get(message.group) ?? [];
    group.splice(group.indexOf(message), 1);
    if (group.length === 0) this.groups.delete(message.group);
    this.receipts.delete(receipt);
    this.removedReceipts.add(receipt);
    if (this.removedReceipts.size > removedReceiptsMax) {
      const [oldest = ''] = this.removedReceipts;
      this.removedReceipts.delete(oldest);
    }
    this.changed(message.group);
    return 'done';
  }

  /** Counts from now on; 0 gives the message back. */
  setVisibility(receipt: string, visibilityMs: number): 'done' | 'gone' {
    const message = this.inFlight(receipt);
    if (message === undefined) return 'gone';
    message.hiddenUntilMs = this.options.clock.monotonicMs() + visibilityMs;
    this.changed(message.group);
    return 'done';
  }

  depth(): { readonly visible: number; readonly inFlight: number; readonly groupsInFlight: number } {
    const nowMs = this.options.clock.monotonicMs();
    this.returnExpired(nowMs);
    const messages = [...this.groups.values()].flat();
    const inFlight = messages.filter(({ hiddenUntilMs }) => hiddenUntilMs > nowMs).length;
    return { visible: messages.length - inFlight, inFlight, groupsInFlight: this.blocked.size };
  }

  /** Forgets every message; accepted ids stay. SQS allows it once a minute. */
  purge(): 'done' | 'too soon' {
    const nowMs = this.options.clock.monotonicMs();
    if (nowMs < this.purgedMs + purgeEveryMs) return 'too soon';
    this.purgedMs = nowMs;
    for (const store of [this.groups, this.ready, this.blocked, this.receipts]) store.clear();
    return 'done';
  }

  /** How often it has delivered a message that it had delivered before. */
  get deliveredAgain(): number {
    return this.deliveriesAgain;
  }

  /** What it holds, in the order of sending. */
  get messages(): readonly StoredMessage[] {
    return [...this.groups.values()].flat().sort((a, b) => a.sequence - b.sequence);
  }

  /** Whether the message of this receipt is in flight under it. */
  isHeld(receipt: string): boolean {
    return this.inFlight(receipt) !== undefined;
  }

  private take({
    countMax,
    visibilityMs = this.options.visibilityMs,
  }: ReceiveOptions): readonly StoredMessage[] {
    const nowMs = this.options.clock.monotonicMs();
    this.returnExpired(nowMs);
    const taken: StoredMessage[] = [];
    for (const name of this.ready) {
      if (taken.length >= countMax) break;
      this.giveUp(name);
      const group = this.groups.get(name) ?? [];
      for (const message of group.slice(0, countMax - taken.length)) {
        this.deliver(message, nowMs + visibilityMs);
        taken.push(message);
      }
      this.ready.delete(name);
      if (group.length > 0) this.blocked.add(name);
    }
    return taken;
  }

  private deliver(message: StoredMessage, hiddenUntilMs: number): void {
    const { clock, token } = this.options;
    if (message.receipt !== undefined) this.receipts.delete(message.receipt);
    message.receipt = `receipt-${token()}`;
    if (message.receiveCount > 0) this.deliveriesAgain += 1;
    message.receiveCount += 1;
    message.firstReceivedMs ??= clock.wallMs();
    message.hiddenUntilMs = hiddenUntilMs;
    this.receipts.set(message.receipt, message);
  }

  /** What has been received too often goes to the dead-letter queue. */
  private giveUp(name: string): void {
    const { deadLetters, receiveCountMax = Number.POSITIVE_INFINITY } = this.options;
    const group = this.groups.get(name) ?? [];
    for (let [first] = group; deadLetters !== undefined && first !== undefined; [first] = group) {
      if (first.receiveCount < receiveCountMax) return;
      group.shift();
      deadLetters.send(first);
    }
    if (group.length === 0) this.groups.delete(name);
  }

  private inFlight(receipt: string): StoredMessage | undefined {
    const message = this.receipts.get(receipt);
    return message !== undefined && message.hiddenUntilMs > this.options.clock.monotonicMs()
      ? message
      : undefined;
  }

  private append(message: StoredMessage): void {
    const group = this.groups.get(message.group);
    if (group === undefined) this.groups.set(message.group, [message]);
    else group.push(message);
    this.changed(message.group);
  }

  private changed(group: string): void {
    this.place(group, this.options.clock.monotonicMs());
    if (this.ready.has(group)) for (const wake of this.waiting) wake();
  }

  private place(name: string, nowMs: number): void {
    const group = this.groups.get(name);
    const isBlocked = group?.some(({ hiddenUntilMs }) => hiddenUntilMs > nowMs) === true;
    if (group === undefined || isBlocked) this.ready.delete(name);
    else this.ready.add(name);
    if (isBlocked) this.blocked.add(name);
    else this.blocked.delete(name);
  }

  private returnExpired(nowMs: number): void {
    for (const name of this.blocked) this.place(name, nowMs);
  }

  /** When the next group may deliver again because a visibility has passed. */
  private nextReturnMs(nowMs: number): number {
    const inFlight = [...this.blocked].flatMap((name) => this.groups.get(name) ?? []);
    const ends = inFlight.map(({ hiddenUntilMs }) => hiddenUntilMs).filter((ms) => ms > nowMs);
    return Math.min(Number.POSITIVE_INFINITY, ...ends);
  }

  private async change(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const woken = new AbortController();
    const wake = (): void => woken.abort('changed');
    this.waiting.add(wake);
    const signals = signal === undefined ? [woken.signal] : [woken.signal, signal];
    await this.options.clock.sleep(timeoutMs, AbortSignal.any(signals));
    this.waiting.delete(wake);
  }

  private forgetAccepted(nowMs: number): void {
    for (const [key, { untilMs }] of this.accepted) {
      if (untilMs > nowMs) return;
      this.accepted.delete(key);
    }
  }
}

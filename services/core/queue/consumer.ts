/**
 * Consumes the queue: receives messages while there are slots, and runs the handlers of each group in order.
 *
 * Guarantees
 * - At least once: a message is removed only when its handler has ended, or the store holds it as a dead letter.
 * - Order within a group: the next one begins only when the queue has confirmed the removal of the one before.
 * - At most three attempts begin. The first needs no store. Each later one is counted in the store before it begins
 *   (`later-attempts.ts`), and instead of a fourth the update becomes a dead letter.
 * - Nothing begins, is sent or is removed once a message's hold has ended (`group-hold.ts`).
 * - A stop gives back what has not begun, at once, and waits for the handlers that run.
 *
 * Does not guarantee: exactly once. What ran when the process ended runs again, as the next attempt. Of the messages of a
 * group that come again, the first counts as attempted even if its handler never began.
 */
import { readClocks } from '../lease/act-window.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { ConditionWaits } from '../updates/condition-waits.ts';
import { type Attempt, type HandlerObserver, HandlerRunner } from '../updates/handler-run.ts';
import { Lanes } from '../updates/lanes.ts';
import type { HandleUpdate } from '../updates/update.ts';
import { AloneGate } from './alone-gate.ts';
import { GroupHold, type HeldMessage, type HoldEnd } from './group-hold.ts';
import { LagGauge } from './lag-gauge.ts';
import { LaterAttempts } from './later-attempts.ts';
import { MessageEnds } from './message-ends.ts';
import { Prolonger } from './prolonger.ts';
import { readMessage } from './queue-message.ts';
import type { DeadUpdates, QueueAttempts } from './queue-store.ts';
import type { QueueTimes } from './queue-times.ts';
import { retryDelayMs } from './retry-delay.ts';
import { TurnPacer } from './turn-pacer.ts';
import {
  batchMax,
  type DeliveredMessage,
  type ReceiveRequest,
  type ReceivingQueue,
} from './updates-queue.ts';

export interface ConsumerObserver extends HandlerObserver {
  onReceived(messages: readonly HeldMessage[]): void;
  /** The queue delivers these again: another consumer may run them. */
  onLost(reason: HoldEnd, messages: readonly HeldMessage[]): void;
  onDeadLetter(message: HeldMessage): void;
  onTrouble(what: string, error: unknown): void;
}

export interface ConsumerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly queue: ReceivingQueue;
  readonly attempts: QueueAttempts;
  readonly dead: DeadUpdates;
  readonly handle: HandleUpdate;
  readonly observer: ConsumerObserver;
  /** How many handlers may run side by side. */
  readonly slots: number;
  readonly times: QueueTimes;
  readonly drainTimeoutMs: number;
}

/** A handler that takes longer is reported as overdue. */
const handlerLimitMs = 60_000;
/** With a backlog, one receive after another would make the round trip the limit. */
const receivesMax = 4;
/** Of handlers that wait for the processor: enough to keep it busy until the next receive is answered. */
const waitingMax = 5;

export class Consumer {
  /** When the queue last answered a receive, on the monotonic clock. */
  answeredMs: number | undefined;
  private readonly options: ConsumerOptions;
  private readonly stop: AbortSignal;
  private readonly lanes: Lanes<HeldMessage>;
  private readonly handlers: HandlerRunner<HeldMessage>;
  private readonly gate: AloneGate;
  private readonly pacer: TurnPacer;
  private readonly waits: ConditionWaits;
  private readonly prolonger: Prolonger;
  private readonly ends: MessageEnds;
  private readonly later: LaterAttempts;
  private readonly lag: LagGauge;
  private readonly held = new Set<HeldMessage>();
  /** The last receives were full: there is more. */
  private hasBacklog = false;
  private failedReceives = 0;

  constructor(options: ConsumerOptions, stop: AbortSignal) {
    const { clock, handle, observer, queue, times } = options;
    this.options = options;
    this.stop = stop;
    this.gate = new AloneGate(clock);
    this.pacer = new TurnPacer(clock, () => this.waits.check());
    this.waits = new ConditionWaits(clock);
    const onTrouble = (what: string, error: unknown): void => observer.onTrouble(what, error);
    this.prolonger = new Prolonger({ clock, queue, times, onTrouble });
    this.ends = new MessageEnds(options);
    const onDeadLetter = (message: HeldMessage): void => observer.onDeadLetter(message);
    this.later = new LaterAttempts({ ...options, gate: this.gate, ends: this.ends, onDeadLetter }, stop);
    this.lag = new LagGauge(clock);
    this.handlers = new HandlerRunner({
      clock,
      handle,
      permitOf: ({ hold }) => hold,
      handlerLimitMs,
      observer,
    });
    this.lanes = new Lanes<HeldMessage>({
      countAttempt: (message) => this.later.begin(message),
      untilOthersMayBegin: () => this.gate.untilOpen() ?? this.pacer.untilNextTurn(),
      runHandler: (message, attempt) => this.runHandler(message, attempt),
      mayBegin: () => !stop.aborted,
      mayAct: () => true,
      onStandstill: () => this.waits.check(),
      onEnded: (message) => {
        this.held.delete(message);
        this.waits.check();
      },
    });
  }

  get runningCount(): number {
    return this.gate.runningCount;
  }

  get heldCount(): number {
    return this.held.size;
  }

  /** How long updates have waited for their handlers since the last call, at most. */
  takeLagMs(): number {
    return this.lag.take([...this.held].filter(({ state }) => state === 'waiting'));
  }

  /** Consumes until the stop signal, then drains. */
  async run(): Promise<void> {
    const { clock, drainTimeoutMs } = this.options;
    const ended = new AbortController();
    void this.prolonger.run(ended.signal);
    const stopped = Promise.withResolvers<void>();
    this.stop.addEventListener('abort', () => stopped.resolve(), { once: true });
    const receiving = this.receive();
    if (!this.stop.aborted) await stopped.promise;
    const timeUp = clock.sleep(drainTimeoutMs, ended.signal);
    const drained = Promise.all([this.ends.giveBack(this.held), receiving, this.untilIdle(ended.signal)]);
    await Promise.race([drained, timeUp]);
    ended.abort('ended');
  }

  private untilIdle(signal: AbortSignal): Promise<void> {
    const isIdle = (): boolean => this.lanes.busyCount === 0;
    return this.waits.until(isIdle, { timeoutMs: this.options.drainTimeoutMs, signal });
  }

  private async receive(): Promise<void> {
    const { clock, times } = this.options;
    while (!this.stop.aborted) {
      // What began by now shows whether it computes only when this turn is over.
      await clock.sleep(0);
      if (this.capacity <= 0) {
        await this.waits.until(() => this.capacity > 0, { timeoutMs: times.tickMs, signal: this.stop });
        continue;
      }
      const { capacity } = this;
      const receives = this.hasBacklog ? Math.min(receivesMax, Math.ceil(capacity / batchMax)) : 1;
      const waitMs = this.hasBacklog ? 0 : times.waitMs;
      const counts = Array.from({ length: receives }, (_, index) => {
        const countMax = Math.min(batchMax, capacity - index * batchMax);
        return this.receiveOnce({ countMax, waitMs });
      });
      this.hasBacklog = (await Promise.all(counts)).every((count) => count === batchMax);
    }
  }

  /**
   * How many more lanes may begin. While an update runs alone, nothing is received that it could take along; while
   * handlers wait for the processor, no more than keep it busy: another consumer may have one that is free.
   */
  private get capacity(): number {
    const { backlog } = this.pacer;
    if (this.gate.untilOpen() !== undefined || backlog >= waitingMax) return 0;
    const free = this.options.slots - this.lanes.busyCount;
    return backlog > 0 ? Math.min(free, waitingMax) : free;
  }

  private async receiveOnce(request: Pick<ReceiveRequest, 'countMax' | 'waitMs'>): Promise<number> {
    const { clock, random, queue, times, observer } = this.options;
    const sentAt = readClocks(clock);
    try {
      const delivered = await queue.receive({ ...request, visibilityMs: times.visibilityMs });
      this.answeredMs = clock.monotonicMs();
      this.failedReceives = 0;
      const messages = this.hold(delivered, sentAt);
      if (this.stop.aborted) await this.ends.giveBack(messages);
      else this.enqueue(messages);
      return delivered.length;
    } catch (error) {
      this.failedReceives += 1;
      observer.onTrouble('receive from the queue', error);
      await clock.sleep(retryDelayMs(this.failedReceives, random), this.stop);
      return 0;
    }
  }

  private hold(
    delivered: readonly DeliveredMessage[],
    sentAt: ReturnType<typeof readClocks>,
  ): readonly HeldMessage[] {
    const { clock, times, observer } = this.options;
    const holds = new Map<string, GroupHold>();
    return delivered.map((message) => {
      const onOver = (reason: HoldEnd): void => observer.onLost(reason, [...hold.messages]);
      const hold = holds.get(message.group) ?? new GroupHold({ clock, times, sentAt, onOver });
      holds.set(message.group, hold);
      // One behind another that is still in the queue cannot have begun, however often it was delivered.
      const mayHaveBegun = hold.messages.size === 0 && message.receiveCount > 1;
      const held = heldMessage(message, { hold, mayHaveBegun });
      hold.messages.add(held);
      return held;
    });
  }

  private enqueue(messages: readonly HeldMessage[]): void {
    this.options.observer.onReceived(messages);
    for (const message of messages) {
      this.prolonger.add(message.hold);
      this.held.add(message);
      this.lanes.add(message);
    }
    this.lanes.start();
  }

  private async runHandler(message: HeldMessage, attempt: Attempt): Promise<void> {
    // One that was delivered before counts as running since its turn came.
    if (!message.isReplay) this.gate.begun();
    if (message.hold.mayAct()) {
      message.state = 'running';
      this.lag.began(message);
      await this.handlers.run(message, attempt);
    }
    this.gate.ended();
    await this.ends.remove(message);
  }
}

function heldMessage(
  delivered: DeliveredMessage,
  { hold, mayHaveBegun }: { readonly hold: GroupHold; readonly mayHaveBegun: boolean },
): HeldMessage {
  const read = readMessage(delivered);
  const isUnreadable = typeof read === 'string';
  return {
    update: isUnreadable ? { update_id: Number.parseInt(delivered.deduplicationId, 10) || 0 } : read,
    lane: delivered.group,
    attempt: 1,
    isReplay: isUnreadable || mayHaveBegun,
    delivered,
    hold,
    isUnreadable,
    state: 'waiting',
  };
}

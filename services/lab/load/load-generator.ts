/**
 * Virtual people who write numbered messages to the bot, at a given rate over a given number of chats, and count the
 * answers.
 *
 * Guarantees: the counts come from the emulator, not from a worker. A message counts as finally lost only if Telegram's
 * queue, the journal and the updates queue were all empty twice in a row after it was sent. Memory is bounded: with `waitingMax` unanswered
 * messages, no more are written.
 */
import type { Clock } from '../../core/platform/clock.ts';
import { answeredNumber, questionText } from '../handlers/messages.ts';
import type { EmulatorEvent } from '../telegram-emulator/events.ts';
import type { SentMessage } from '../telegram-emulator/messages.ts';
import type { RunningEmulator } from '../telegram-emulator/server.ts';
import { LoadTracker } from './load-tracker.ts';
import type { LoadView } from './load-view.ts';

export interface LoadRate {
  readonly perSecond: number;
  readonly chats: number;
  /** Slow handlers, so that some messages are always being handled. */
  readonly slow?: boolean;
}

export interface LoadGeneratorDeps {
  readonly emulator: Pick<RunningEmulator, 'pushUpdates' | 'onEvent' | 'pendingCount'>;
  readonly token: string;
  readonly clock: Clock;
  /** How many updates the journal and the updates queue hold; undefined or a rejection if unknown. */
  readonly unfinished: () => Promise<number | undefined>;
  /** The first chat's id. */
  readonly firstChatId: number;
}

export const perSecondMax = 1000;
export const chatsMax = 200;
const waitingMax = 50_000;
const tickMs = 20;
/** After a pause of the machine, at most this much is made up for at once. */
const catchUpMs = 500;
const settleEveryMs = 1000;

export class LoadGenerator {
  private readonly parts: LoadGeneratorDeps;
  private current = new LoadTracker({ lastNumberBefore: 0 });
  private rate: LoadRate = { perSecond: 0, chats: 0 };
  private writing: AbortController | undefined;
  private settling: Promise<void> | undefined;
  private readonly closing = new AbortController();
  private readonly stopListening: () => void;
  private chatTurn = 0;

  constructor(parts: LoadGeneratorDeps) {
    this.parts = parts;
    this.stopListening = parts.emulator.onEvent((event) => this.onEmulatorEvent(event));
  }

  get tracker(): LoadTracker {
    return this.current;
  }

  get isRunning(): boolean {
    return this.writing !== undefined;
  }

  /** Starts with an empty tracker, or changes the rate of a running load. */
  start(rate: LoadRate): void {
    this.rate = rate;
    if (this.isRunning || this.closing.signal.aborted) return;
    // Answers to earlier questions may still come; they are not this tracker's.
    this.current = new LoadTracker({ lastNumberBefore: this.current.lastNumber });
    this.writing = new AbortController();
    void this.write(AbortSignal.any([this.writing.signal, this.closing.signal]));
    this.settling ??= this.settle();
  }

  /** Stops writing; answers are still counted. */
  stop(): void {
    this.writing?.abort();
    this.writing = undefined;
  }

  async close(): Promise<void> {
    this.stop();
    this.closing.abort();
    this.stopListening();
    await this.settling;
  }

  view(): LoadView {
    const counts = this.current.counts(this.parts.clock.monotonicMs());
    const { perSecond, chats } = this.rate;
    return { running: this.isRunning, perSecond, chats, ...counts };
  }

  private async write(signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    let dueMs = clock.monotonicMs();
    while (!signal.aborted) {
      const nowMs = clock.monotonicMs();
      dueMs = Math.max(dueMs, nowMs - catchUpMs);
      for (; dueMs <= nowMs; dueMs += 1000 / this.rate.perSecond) {
        if (this.current.waiting < waitingMax) this.writeOne(nowMs);
      }
      await clock.sleep(Math.max(tickMs, dueMs - clock.monotonicMs()), signal);
    }
  }

  private writeOne(nowMs: number): void {
    const { emulator, token, clock, firstChatId } = this.parts;
    this.chatTurn = (this.chatTurn + 1) % this.rate.chats;
    const id = firstChatId + this.chatTurn;
    const number = this.current.ask(id, nowMs);
    const name = `Visitor ${this.chatTurn + 1}`;
    const message = {
      message_id: number,
      from: { id, is_bot: false, first_name: name, language_code: 'en' },
      chat: { id, type: 'private', first_name: name },
      date: Math.floor(clock.wallMs() / 1000),
      text: questionText(number, this.rate),
    };
    emulator.pushUpdates(token, [{ message }]);
  }

  private onEmulatorEvent({ type, details }: EmulatorEvent): void {
    if (type !== 'message-sent') return;
    const { chat_id: chatId, text = '' } = details['message'] as SentMessage;
    const { firstChatId, clock } = this.parts;
    if (chatId < firstChatId || chatId >= firstChatId + chatsMax) return;
    const number = answeredNumber(text);
    if (number !== undefined) this.current.answer(chatId, number, clock.monotonicMs());
  }

  /** Runs until the load has stopped and no message waits. */
  private async settle(): Promise<void> {
    const { clock } = this.parts;
    let emptySinceMs: number | undefined;
    while (!this.closing.signal.aborted && (this.isRunning || this.current.waiting > 0)) {
      const nowMs = clock.monotonicMs();
      if (!(await this.nothingIsLeft())) emptySinceMs = undefined;
      else if (emptySinceMs === undefined) emptySinceMs = nowMs;
      else this.current.giveUp(emptySinceMs);
      await clock.sleep(settleEveryMs, this.closing.signal);
    }
    this.settling = undefined;
  }

  private async nothingIsLeft(): Promise<boolean> {
    const { emulator, token, unfinished } = this.parts;
    if (this.current.waiting === 0 || emulator.pendingCount(token) > 0) return false;
    try {
      return (await unfinished()) === 0;
    } catch {
      // The store does not answer, so the journal's size is unknown.
      return false;
    }
  }
}

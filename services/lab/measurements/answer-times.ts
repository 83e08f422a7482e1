/**
 * How long the bot takes to answer people who write by hand: from a person's message to the bot's next one in that chat.
 *
 * For a chart only: an answer is not matched with its question, so two messages in a row are measured once.
 */
import type { Clock } from '../../core/platform/clock.ts';
import { percentiles } from '../load/load-tracker.ts';
import type { Percentiles } from '../load/load-view.ts';
import type { EmulatorEvent } from '../telegram-emulator/events.ts';
import type { SentMessage } from '../telegram-emulator/messages.ts';
import type { RunningEmulator } from '../telegram-emulator/server.ts';

export interface AnswerTimesDeps {
  readonly clock: Clock;
  readonly emulator: Pick<RunningEmulator, 'onEvent'>;
  /** Chats in which the bot writes only answers. */
  readonly chatIds: readonly number[];
}

/** Long enough for a line on the chart. */
const recentMs = 3000;
const timesKept = 100;

export class AnswerTimes {
  private readonly parts: AnswerTimesDeps;
  private readonly askedMs = new Map<number, number>();
  private times: { readonly atMs: number; readonly ms: number }[] = [];

  constructor(parts: AnswerTimesDeps) {
    this.parts = parts;
    parts.emulator.onEvent((event) => this.hear(event));
  }

  /** Covers the last few seconds. */
  recent(): Percentiles | null {
    const nowMs = this.parts.clock.monotonicMs();
    return percentiles(this.times.filter(({ atMs }) => nowMs - atMs <= recentMs).map(({ ms }) => ms));
  }

  private hear({ type, details }: EmulatorEvent): void {
    const nowMs = this.parts.clock.monotonicMs();
    if (type === 'update-queued' && details['kind'] === 'message') {
      const chatId = Number(details['chatId']);
      if (this.parts.chatIds.includes(chatId) && !this.askedMs.has(chatId)) this.askedMs.set(chatId, nowMs);
    } else if (type === 'message-sent') this.answered((details['message'] as SentMessage).chat_id, nowMs);
  }

  private answered(chatId: number, nowMs: number): void {
    const askedMs = this.askedMs.get(chatId);
    if (askedMs === undefined) return;
    this.askedMs.delete(chatId);
    this.times = [...this.times, { atMs: nowMs, ms: nowMs - askedMs }].slice(-timesKept);
  }
}

/**
 * Tracks numbered questions: which were answered, in which order, how often and how fast. Pure.
 *
 * - *lost*: a later question of the same chat was answered and this one was not; or the caller has found that nothing is
 *   left that could answer it (`giveUp`). If its answer still comes, it is no longer lost, and counts as out of order if a
 *   later one was answered first.
 * - *repeated*: an answer beyond the first. The bot promises at least once, so a crash may repeat some.
 *
 * Memory is bounded by the number of waiting questions (the caller checks `waiting` before it asks), by the lost ones that
 * are remembered (`lostKept` per chat; older ones stay counted), and by the number of latencies.
 */
import type { LoadCounts, Percentiles } from './load-view.ts';

interface ChatRecord {
  /** The latest number asked. */
  asked: number;
  /** The highest number answered. */
  highest: number;
  /** When each question was asked that is neither answered nor lost, in order. */
  readonly waiting: Map<number, number>;
  readonly lost: Set<number>;
}

const lostKept = 1000;
const latenciesKept = 2000;
/** Older latencies say nothing about the present. */
const latencyAgeMs = 15_000;

export class LoadTracker {
  private readonly chats = new Map<number, ChatRecord>();
  /** Numbers up to this one belong to earlier trackers, whose answers may still come. */
  private readonly lastNumberBefore: number;
  private latencies: { readonly atMs: number; readonly ms: number }[] = [];
  /** The longest time to a first answer. */
  slowestMs = 0;
  /** When the most recently asked of the answered questions was asked. */
  lastAnsweredAskedMs = Number.NEGATIVE_INFINITY;
  private sent = 0;
  private answered = 0;
  private lost = 0;
  private outOfOrder = 0;
  private repeated = 0;

  constructor({ lastNumberBefore }: { lastNumberBefore: number }) {
    this.lastNumberBefore = lastNumberBefore;
  }

  /** The highest number asked. */
  get lastNumber(): number {
    return Math.max(this.lastNumberBefore, ...[...this.chats.values()].map(({ asked }) => asked));
  }

  get waiting(): number {
    return this.sent - this.answered - this.lost;
  }

  counts(nowMs: number): LoadCounts {
    const { sent, answered, waiting, lost, outOfOrder, repeated } = this;
    return { sent, answered, waiting, lost, outOfOrder, repeated, latencyMs: this.recentLatency(nowMs) };
  }

  /** Returns the question's number in its chat. */
  ask(chatId: number, nowMs: number): number {
    const chat = this.chat(chatId);
    chat.asked += 1;
    chat.waiting.set(chat.asked, nowMs);
    this.sent += 1;
    return chat.asked;
  }

  /** Ignores answers to questions of other trackers. */
  answer(chatId: number, number: number, nowMs: number): void {
    const chat = this.chats.get(chatId);
    if (chat === undefined || number <= this.lastNumberBefore || number > chat.asked) return;
    const askedMs = chat.waiting.get(number);
    if (askedMs === undefined && !chat.lost.delete(number)) {
      this.repeated += 1;
      return;
    }
    this.answered += 1;
    if (askedMs === undefined) {
      this.lost -= 1;
      if (number < chat.highest) this.outOfOrder += 1;
    } else {
      chat.waiting.delete(number);
      this.lastAnsweredAskedMs = Math.max(this.lastAnsweredAskedMs, askedMs);
      this.noteLatency(nowMs, nowMs - askedMs);
    }
    if (number > chat.highest) {
      chat.highest = number;
      this.loseBefore(chat, number);
    }
  }

  /** Counts everything asked before `askedBeforeMs` as lost: nothing is left that could answer it. */
  giveUp(askedBeforeMs: number): void {
    for (const chat of this.chats.values()) {
      for (const [number, askedMs] of chat.waiting) {
        if (askedMs < askedBeforeMs) this.lose(chat, number);
      }
    }
  }

  /** Whether a question is unanswered: shows which updates another program took. */
  isOpen(chatId: number, number: number): boolean {
    const chat = this.chats.get(chatId);
    return chat !== undefined && (chat.waiting.has(number) || chat.lost.has(number));
  }

  private loseBefore(chat: ChatRecord, answered: number): void {
    for (const number of chat.waiting.keys()) {
      if (number > answered) return;
      this.lose(chat, number);
    }
  }

  private lose(chat: ChatRecord, number: number): void {
    chat.waiting.delete(number);
    chat.lost.add(number);
    this.lost += 1;
    const [oldest] = chat.lost;
    if (chat.lost.size > lostKept && oldest !== undefined) chat.lost.delete(oldest);
  }

  private chat(chatId: number): ChatRecord {
    const known = this.chats.get(chatId);
    if (known !== undefined) return known;
    const chat: ChatRecord = {
      asked: this.lastNumberBefore,
      highest: 0,
      waiting: new Map(),
      lost: new Set(),
    };
    this.chats.set(chatId, chat);
    return chat;
  }

  private noteLatency(atMs: number, ms: number): void {
    this.slowestMs = Math.max(this.slowestMs, ms);
    this.latencies.push({ atMs, ms });
    if (this.latencies.length > 2 * latenciesKept) this.latencies = this.latencies.slice(-latenciesKept);
  }

  private recentLatency(nowMs: number): Percentiles | null {
    const recent = this.latencies.slice(-latenciesKept).filter(({ atMs }) => nowMs - atMs <= latencyAgeMs);
    return percentiles(recent.map(({ ms }) => ms));
  }
}

/** Null for none. */
export function percentiles(values: readonly number[]): Percentiles | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
  return sorted.length === 0 ? null : { p50: Math.round(at(0.5)), p99: Math.round(at(0.99)) };
}

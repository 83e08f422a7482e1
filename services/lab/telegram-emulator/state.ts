/**
 * The answer of `GET /emulator/state` for one bot. Its names are stable: other programs' tests read them.
 *
 * Tested by: test/lab/telegram-emulator/control.test.ts
 */
import type { Bot } from './bot.ts';
import type { SentMessage } from './messages.ts';
import type { Conflict, Overlap } from './poll-log.ts';
import { stateOf } from './send.ts';
import type { UpdateType } from './update-types.ts';

const pendingIdsMax = 10_000;

export interface BotState {
  readonly botId: number;
  /** How many updates are unconfirmed, delivered ones included, and the first 10,000 of their ids. */
  readonly pending: number;
  readonly pendingIds: readonly number[];
  /** How many were confirmed by an offset, and the last 10,000 of their ids. */
  readonly confirmed: number;
  readonly confirmedIds: readonly number[];
  /** How often an update was delivered, redeliveries included. */
  readonly delivered: number;
  readonly dropped: number;
  readonly expired: number;
  readonly filtered: number;
  readonly vanished: number;
  readonly nextUpdateId: number | null;
  /** The last 10,000 that the bot sent, oldest first, and how many in all. */
  readonly sentMessages: readonly SentMessage[];
  readonly sentMessagesTotal: number;
  /** Unanswered getUpdates calls; those whose client has hung up are counted in both. */
  readonly openPolls: number;
  readonly ghostPolls: number;
  readonly parkedPoll: { offset: number; limit: number; leftMs: number; ghost: boolean } | null;
  /** 409 answers to getUpdates, and the last 100. */
  readonly conflicts: number;
  readonly recentConflicts: readonly Conflict[];
  /** Pairs of polls that were open at once with both clients connected, and the last 100. */
  readonly overlaps: number;
  readonly recentOverlaps: readonly Overlap[];
  /** Calls by method. */
  readonly calls: Readonly<Record<string, number>>;
  readonly allowedUpdates: readonly UpdateType[];
  readonly webhook: { readonly url: string } | null;
}

export function readState(bot: Bot, { messages }: { messages?: number | undefined } = {}): BotState {
  const { queue, polls, webhook } = bot;
  return {
    botId: bot.id,
    pending: bot.pendingCount(),
    pendingIds: bot.pendingIds(pendingIdsMax),
    confirmed: queue.confirmed.total,
    confirmedIds: queue.confirmed.last(),
    delivered: queue.deliveredCount,
    dropped: queue.droppedCount,
    expired: queue.expiredCount,
    filtered: bot.filteredCount,
    vanished: queue.vanishedCount,
    nextUpdateId: queue.nextId ?? null,
    sentMessages: bot.messages.lastSent(messages).map(stateOf),
    sentMessagesTotal: bot.messages.sentCount,
    openPolls: polls.openCount,
    ghostPolls: polls.ghostCount,
    parkedPoll: bot.getUpdates.parked,
    conflicts: polls.conflicts.total,
    recentConflicts: polls.conflicts.last(),
    overlaps: polls.overlaps.total,
    recentOverlaps: polls.overlaps.last(),
    calls: Object.fromEntries(bot.callCounts),
    allowedUpdates: [...webhook.allowedUpdates],
    webhook: webhook.settings === undefined ? null : { url: webhook.settings.url },
  };
}

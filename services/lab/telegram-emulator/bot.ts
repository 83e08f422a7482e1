/**
 * One bot: everything that the emulator keeps for one token.
 *
 * Memory is bounded: the queue by its own limits, everything else by the number of kept entries.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { Random } from '../../core/platform/random.ts';
import { isObject } from './arguments.ts';
import { Chats, isChat } from './chats.ts';
import type { EventHub, Tell } from './events.ts';
import { FileStore } from './files/file-store.ts';
import { GetUpdates } from './get-updates.ts';
import { Invites } from './invites.ts';
import { Members, type User } from './members.ts';
import { withWholeReply } from './message-json.ts';
import { Messages } from './messages.ts';
import { Payments } from './payments.ts';
import { PollLog } from './poll-log.ts';
import { Queries } from './queries.ts';
import { UpdateQueue } from './update-queue.ts';
import { isUpdateType, lifetimesMs, type UpdateType } from './update-types.ts';
import { Webhook } from './webhook.ts';

/** An update as pushed: its kind, its content, and the id to keep if one was given. */
export interface PushedUpdate {
  readonly type: UpdateType;
  readonly content: Record<string, unknown>;
  readonly id: number | undefined;
}

export interface BotParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventHub;
  readonly closing: AbortSignal;
}

/** The kinds of update whose content is a message. */
const messageTypes: ReadonlySet<UpdateType> = new Set([
  ...(['message', 'edited_message', 'channel_post', 'edited_channel_post'] as const),
  ...(['business_message', 'edited_business_message'] as const),
]);
const textShownMax = 200;

export class Bot {
  readonly id: number;
  readonly queue: UpdateQueue;
  readonly polls: PollLog;
  readonly getUpdates: GetUpdates;
  readonly webhook: Webhook;
  readonly messages = new Messages();
  readonly chats = new Chats();
  readonly files: FileStore;
  readonly tell: Tell;
  readonly members: Members;
  readonly invites: Invites;
  readonly queries: Queries;
  readonly payments = new Payments();
  /** By scope and language, as set by setMyCommands. */
  readonly commands = new Map<string, unknown>();
  /** Name and descriptions, by field and language. */
  readonly profile = new Map<string, string>();
  /** By user; 0 for everybody else. */
  readonly menuButtons = new Map<number, unknown>();
  readonly callCounts = new Map<string, number>();
  filteredCount = 0;
  readonly #clock: Clock;
  readonly #random: Random;
  #lastGiven = 0;

  constructor(id: number, { clock, random, events, closing }: BotParts) {
    this.id = id;
    this.#clock = clock;
    this.#random = random;
    this.tell = events.forBot(id);
    this.files = new FileStore(id, random.token());
    this.queue = new UpdateQueue(random);
    this.members = new Members(this.user);
    this.invites = new Invites(random);
    this.queries = new Queries(() => this.nowSeconds());
    this.polls = new PollLog({ clock, tell: this.tell, closing });
    this.getUpdates = new GetUpdates({ clock, queue: this.queue, log: this.polls, tell: this.tell, closing });
    this.webhook = new Webhook({
      endParkedPoll: () => this.getUpdates.endForWebhook(),
      dropPendingUpdates: () => {
        const count = this.queue.drop(0);
        if (count > 0) this.tell('updates-dropped', { count, by: 'drop_pending_updates' });
      },
    });
  }

  /** As it appears in getMe and as a sender. */
  get user(): User & { readonly first_name: string } {
    return { id: this.id, is_bot: true, first_name: 'Lab bot', username: `lab_${this.id}_bot` };
  }

  /** From 0 to below 1. */
  chance(): number {
    return this.#random.unit();
  }

  /** For a poll or a query. */
  newId(): string {
    this.#lastGiven += 1;
    return `${this.id}${String(this.#lastGiven).padStart(6, '0')}`;
  }

  nowSeconds(): number {
    return Math.floor(this.#clock.wallMs() / 1000);
  }

  pendingCount(): number {
    return this.queue.size(this.#clock.monotonicMs());
  }

  pendingIds(limit: number): number[] {
    return this.queue.ids(this.#clock.monotonicMs(), limit);
  }

  /** Returns the update's id; null if allowed_updates filters it or the queue is full. */
  push({ type, content: given, id }: PushedUpdate): number | null {
    const content = messageTypes.has(type) ? withWholeReply(this, given) : given;
    this.#learn(type, content);
    if (!this.webhook.allowedUpdates.has(type)) {
      this.filteredCount += 1;
      this.tell('update-filtered', { kind: type });
      return null;
    }
    const json = `${JSON.stringify(type)}:${JSON.stringify(content)}`;
    const nowMs = this.#clock.monotonicMs();
    const updateId = this.queue.push({ json, lifetimeMs: lifetimesMs[type], id }, nowMs);
    if (updateId === undefined) {
      this.tell('update-vanished', { kind: type });
      return null;
    }
    this.tell('update-queued', { updateId, kind: type, ...summary(content) });
    this.getUpdates.wake();
    return updateId;
  }

  #learn(type: UpdateType, content: Record<string, unknown>): void {
    this.chats.learn(content);
    this.queries.learn(type, content);
    if (messageTypes.has(type)) {
      this.messages.receive(content);
      this.members.learnMessage(content);
    }
    if (type === 'chat_member' || type === 'my_chat_member') this.members.learnChange(content);
    if (type === 'chat_join_request') this.invites.learn(content);
    if (type === 'callback_query') this.#learnPressed(content['message']);
  }

  /** The message with the pressed button is the bot's own, even if the emulator has not seen it sent. */
  #learnPressed(message: unknown): void {
    if (!isObject(message) || !isChat(message['chat'])) return;
    const isKnown = this.messages.find(message['chat'].id, Number(message['message_id'])) !== undefined;
    if (!isKnown) this.messages.receive({ from: this.user, ...message }, { sent: true });
  }
}

/** Reads one pushed update; returns one line if it is invalid. */
export function readPushedUpdate(value: unknown): PushedUpdate | string {
  if (!isObject(value)) return 'an update must be an object';
  const { update_id: id, ...rest } = value;
  if (
    id !== undefined &&
    !(typeof id === 'number' && Number.isInteger(id) && id >= 1 && id < 1_999_999_999)
  ) {
    return `update_id must be an integer from 1 to 1999999998, got ${JSON.stringify(id)}`;
  }
  const types = Object.keys(rest);
  const [type] = types;
  if (type === undefined || types.length !== 1 || !isUpdateType(type)) {
    return `an update must have exactly one kind (message, callback_query, …) besides update_id, got ${
      types.join(', ') || 'none'
    }`;
  }
  const content = rest[type];
  if (!isObject(content)) return `${type} must be an object`;
  return { type, content, id };
}

function summary(content: Record<string, unknown>): Record<string, unknown> {
  const message = isObject(content['message']) ? content['message'] : content;
  const chat = message['chat'];
  const text = content['text'] ?? content['data'];
  return {
    chatId: isObject(chat) ? chat['id'] : undefined,
    text: typeof text === 'string' ? text.slice(0, textShownMax) : undefined,
  };
}

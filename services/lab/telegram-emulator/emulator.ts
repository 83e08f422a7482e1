/**
 * The Bot API server without its HTTP: tokens, bots, calls, and the lab's own ways to see and change its state.
 *
 * Guarantees: rule 22 of the semantics note (tokens and unknown methods); every well-formed token is a bot of its own.
 * Does not guarantee: faults and latency, which belong to the transport.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../core/platform/clock.ts';
import type { Random } from '../../core/platform/random.ts';
import type { Arguments } from './arguments.ts';
import { Bot, type PushedUpdate } from './bot.ts';
import {
  type ApiAnswer,
  BotApiRefusal,
  invalidToken,
  methodNotFound,
  refusal,
  succeed,
  tooManyRequests,
} from './errors.ts';
import { EventHub } from './events.ts';
import type { StoredFile } from './files/file-store.ts';
import { addPersonsFile, type PersonsFile } from './files/new-file.ts';
import type { MessageContent } from './messages.ts';
import { findMethod } from './methods/table.ts';
import { type Act, performAct } from './people-acts.ts';
import type { PollClient } from './poll-log.ts';
import { type BotState, readState } from './state.ts';

const tokenLengthMax = 80;
const botIdEnd = 2 ** 53;
/** More tokens than any lab has: stops a client that invents them by the thousand. */
const botsMax = 10_000;
const unknownMethod = '(unknown)';
const methodShownMax = 100;

export interface ApiCall {
  readonly token: string;
  readonly method: string;
  readonly args: Arguments;
  readonly client: PollClient;
}

export class Emulator {
  readonly events: EventHub;
  readonly #bots = new Map<string, Bot>();
  readonly #closing = new AbortController();
  readonly #clock: Clock;
  readonly #random: Random;

  constructor({ clock, random }: { clock: Clock; random: Random }) {
    this.#clock = clock;
    this.#random = random;
    this.events = new EventHub(() => clock.wallMs());
    // Every current wait listens to it, so many listeners are no sign of a leak.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Aborts when the emulator is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Ends every wait; calls still open get no answer. */
  close(): void {
    this.#closing.abort();
    for (const bot of this.#bots.values()) bot.getUpdates.close();
  }

  /** Answers as the real server would; rejects only for a bug. */
  async call({ token, method, args, client }: ApiCall): Promise<ApiAnswer> {
    if (botId(token) === undefined) return invalidToken;
    const bot = this.#bot(token);
    if (bot === undefined) return tooManyRequests(60);
    const found = findMethod(method);
    const counted = found?.name ?? unknownMethod;
    bot.callCounts.set(counted, (bot.callCounts.get(counted) ?? 0) + 1);
    if (found === undefined) {
      bot.tell('method-unknown', { method: method.slice(0, methodShownMax), chatId: args.text('chat_id') });
      return methodNotFound;
    }
    try {
      return await found.run({ bot, args, client });
    } catch (error) {
      if (error instanceof BotApiRefusal) return refusal(error);
      throw error;
    }
  }

  /** Returns the ids, null if an update is filtered or the queue is full; undefined if there is no such bot. */
  push(token: string, updates: readonly PushedUpdate[]): (number | null)[] | undefined {
    const bot = this.#bot(token);
    return bot && updates.map((update) => bot.push(update));
  }

  /** Somebody does something other than writing; answers with what came of it, or refuses as Telegram would. */
  act(token: string, act: Act): ApiAnswer {
    const bot = this.#bot(token);
    if (bot === undefined) return tooManyRequests(60);
    try {
      return succeed(performAct(bot, act));
    } catch (error) {
      if (error instanceof BotApiRefusal) return refusal(error);
      throw error;
    }
  }

  /** Keeps a person's file; returns the fields of a message with it. Throws `BotApiRefusal` if Telegram refuses it. */
  addFile(token: string, file: PersonsFile): MessageContent | undefined {
    const bot = this.#bot(token);
    return bot && addPersonsFile(bot.files, file);
  }

  /** The stored file with this id, or at this path of getFile. */
  file(token: string, { id, path }: { id?: string; path?: string }): StoredFile | undefined {
    const files = this.#bots.get(token)?.files;
    return id === undefined ? files?.atPath(path ?? '') : files?.find(id);
  }

  state(token: string, limits?: { messages?: number }): BotState | undefined {
    const bot = this.#bot(token);
    return bot && readState(bot, limits);
  }

  pendingCount(token: string): number {
    return this.#bot(token)?.pendingCount() ?? 0;
  }

  /** Reports that a call met a fault. */
  tellFault(token: string, details: Readonly<Record<string, unknown>>): void {
    const id = botId(token);
    if (id !== undefined) this.events.forBot(id)('fault-met', details);
  }

  #bot(token: string): Bot | undefined {
    const known = this.#bots.get(token);
    const id = botId(token);
    if (known !== undefined || id === undefined || this.#bots.size >= botsMax) return known;
    const parts = { clock: this.#clock, random: this.#random, events: this.events, closing: this.closing };
    const bot = new Bot(id, parts);
    this.#bots.set(token, bot);
    return bot;
  }
}

/** The bot's id in a well-formed token `<digits>:<secret>`. */
export function botId(token: string): number | undefined {
  const digits = /^([1-9]\d*):[^/]+$/.exec(token)?.[1];
  const id = Number(digits);
  return digits !== undefined && token.length <= tokenLengthMax && id < botIdEnd ? id : undefined;
}

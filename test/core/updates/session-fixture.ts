/** A polling session on a virtual clock, over the shipped scripts and a Telegram that holds a queue. */

import { redisUpdateJournal } from '../../../services/adapters/redis/journal/update-journal.ts';
import { redisLockOverride } from '../../../services/adapters/redis/lease/lock-override.ts';
import { redisLockStore } from '../../../services/adapters/redis/lease/lock-store.ts';
import type { ScriptRunner } from '../../../services/adapters/redis/lua-scripts.ts';
import { leaseTimes } from '../../../services/core/lease/lease-times.ts';
import { PollHealth } from '../../../services/core/lease/poll-health.ts';
import { Term } from '../../../services/core/lease/term.ts';
import type { BotApi, CallOptions } from '../../../services/core/platform/bot-api.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { storeKeys } from '../../../services/core/platform/store-keys.ts';
import { type Forwarding, PollingSession } from '../../../services/core/updates/polling-session.ts';
import type { HandleUpdate, Update } from '../../../services/core/updates/update.ts';
import { type EmbeddedRunner, embeddedRunner } from '../../support/embedded-runner.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

export const keys = storeKeys('');
const lockTtlMs = 3_600_000;

export function message(id: number, text: string, chatId = id): Update {
  return { update_id: id, message: { chat: { id: chatId }, text } };
}

export function textOf(update: Update): string {
  return (update['message'] as { text: string }).text;
}

/** A request that fails once its time is up: it, or its answer, never arrived. */
export type Lost = 'request' | 'answer';

interface Call {
  readonly atMs: number;
  readonly method: string;
  readonly offset: number | undefined;
}

/** Holds unconfirmed updates. A poll waits until there is one. */
class QueuedTelegram implements BotApi {
  readonly roundTripMs = 30;
  readonly calls: Call[] = [];
  readonly queue: Update[] = [];
  /** Polls get no answer. */
  hangs = false;
  /** What is lost of the next requests that only confirm, one each. */
  readonly confirmsLost: Lost[] = [];
  /** The answer to the next poll. */
  nextAnswer: { readonly result: unknown } | { readonly error: Error } | undefined;
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  async call<Result>(
    method: string,
    parameters: Readonly<Record<string, unknown>>,
    { signal, timeoutMs }: CallOptions,
  ): Promise<Result> {
    const { offset, timeout, limit } = parameters as { offset?: number; timeout?: number; limit?: number };
    this.calls.push({ atMs: this.clock.monotonicMs(), method, offset });
    await this.clock.sleep(this.roundTripMs, signal);
    if (method === 'getWebhookInfo') return { pending_update_count: this.queue.length } as Result;
    if (this.hangs) {
      await this.clock.sleep(timeoutMs, signal);
      throw new Error('no answer');
    }
    const next = this.nextAnswer;
    this.nextAnswer = undefined;
    if (next !== undefined && 'error' in next) throw next.error;
    if (next !== undefined) return next.result as Result;
    const lost = limit === 1 && timeout === 0 ? this.confirmsLost.shift() : undefined;
    if (lost === 'request') return this.noAnswer(timeoutMs);
    while (this.queue[0] !== undefined && this.queue[0].update_id < (offset ?? 0)) this.queue.shift();
    if (lost === 'answer') return this.noAnswer(timeoutMs);
    const endMs = this.clock.monotonicMs() + (timeout ?? 0) * 1000;
    while (this.queue.length === 0 && this.clock.monotonicMs() < endMs && !signal?.aborted)
      await this.clock.sleep(10, signal);
    if (signal?.aborted) throw new Error('aborted');
    return this.queue.slice(0, limit) as Result;
  }

  private async noAnswer(timeoutMs: number): Promise<never> {
    await this.clock.sleep(timeoutMs - this.roundTripMs);
    throw new Error('no answer');
  }
}

export interface TermOptions {
  readonly handle: HandleUpdate;
  readonly inFlightMax?: number;
  readonly forwarding?: Forwarding;
  readonly ttlMs?: number;
}

export class SessionFixture {
  readonly clock = new VirtualClock();
  readonly telegram = new QueuedTelegram(this.clock);
  readonly troubles: string[] = [];
  /** Updates that the journal could not hold. */
  readonly tooBig: number[] = [];
  readonly runner: EmbeddedRunner;
  /** What is lost of the next writes to the journal, one each. */
  readonly writesLost: Lost[] = [];
  private terms = 0;

  static async open(): Promise<SessionFixture> {
    const runner = await embeddedRunner();
    await runner.command(['SET', keys.epoch, '0']);
    return new SessionFixture(runner);
  }

  private constructor(runner: EmbeddedRunner) {
    this.runner = runner;
  }

  /** The journal's line for an update; null when there is none. */
  async journaled(id: number): Promise<string | null> {
    return (await this.runner.command(['HGET', keys.journal, String(id)])) as string | null;
  }

  async journal(id: number, line: string): Promise<void> {
    await this.runner.command(['HSET', keys.journal, String(id), line]);
  }

  /** The leader's process crashes, and ECS reports it. */
  async crash(term: Term): Promise<void> {
    await redisLockOverride(this.runner, keys).break(
      term.value,
      { who: 'ecs', why: 'the task stopped' },
      'task-stopped',
    );
  }

  private lossyRunner(): ScriptRunner {
    return {
      run: async (script, scriptKeys, args) => {
        const lost = script.name.startsWith('write-journal') ? this.writesLost.shift() : undefined;
        if (lost === 'request') throw noStoreAnswer();
        const reply = await this.runner.run(script, scriptKeys, args);
        if (lost === 'answer') throw noStoreAnswer();
        return reply;
      },
    };
  }

  /** The term of a new leader. It begins when its session is run. */
  async lead({ handle, forwarding, inFlightMax = 1000, ttlMs = lockTtlMs }: TermOptions) {
    const { clock, runner, telegram, troubles } = this;
    this.terms += 1;
    const value = `term ${this.terms}`;
    const acquired = await redisLockStore(runner, keys, '1').acquire(value, ttlMs);
    if (acquired.kind !== 'acquired') throw new Error(`the lock is not free: ${acquired.kind}`);
    const sentAt = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
    const times = leaseTimes({ ttlMs, renewMs: ttlMs / 3 });
    const term = new Term({ clock, times, value, epoch: acquired.epoch, sentAt, storeAheadMs: 0 });
    const stop = new AbortController();
    const observer = {
      onPoll: nothing,
      onReceived: nothing,
      onEnd: nothing,
      onOverdue: nothing,
      onDeadLetters: nothing,
      onBackpressure: nothing,
      onTooBig: (ids: readonly number[]) => void this.tooBig.push(...ids),
      onTrouble: (what: string, error: unknown) => void troubles.push(`${what}: ${String(error)}`),
    };
    const parts = {
      clock,
      api: telegram,
      random: { unit: () => 0.5, token: () => 't' },
      journal: redisUpdateJournal(this.lossyRunner(), keys),
      health: new PollHealth(40_000),
      onConflict: nothing,
      endsAtConflict: false,
    };
    const limits = { allowedUpdates: [], longPollTimeoutSeconds: 30, inFlightMax, drainTimeoutMs: 25_000 };
    const session = new PollingSession(
      { ...parts, ...limits, handle, observer, forwarding },
      term,
      stop.signal,
    );
    return { term, stop, session };
  }
}

function noStoreAnswer(): Error {
  return new StoreUnreachableError('write-journal', new Error('no answer in time'));
}

function nothing(): void {}

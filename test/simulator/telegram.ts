/**
 * Telegram as polling sees it: a queue with cumulative confirmation and one parked poll, which gets a 409 when a new
 * one parks. Fast rather than complete: the lab's emulator has the full rules.
 */
import {
  type BotApi,
  BotApiRefusedError,
  BotApiUnreachableError,
  type CallOptions,
} from '../../services/core/platform/bot-api.ts';
import type { Update } from '../../services/core/updates/update.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import { type Loss, OneLoss } from './one-loss.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';

interface Parked {
  readonly limit: number;
  answer(result: readonly Update[] | Error): void;
}

export interface TelegramFaults {
  readonly fail: number;
  readonly loseAnswer: number;
  /** The connection takes long to open. */
  readonly connectSlowly: number;
}

export interface SimulatedTelegramOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly faults: TelegramFaults;
  readonly faultsOn: () => boolean;
  /** Called when a call leaves its process; returns what runs when it arrives at Telegram. */
  readonly onCall: (process: string, method: string) => () => void;
  /** The answer to a poll reached its process. */
  readonly onPolled: () => void;
}

const usualDelayMsMax = 20;
const slowConnectMsMax = 9000;
const offsetAheadMax = 10;

export class SimulatedTelegram {
  conflicts = 0;
  readonly confirmedIds: number[] = [];
  private readonly options: SimulatedTelegramOptions;
  private queue: Update[] = [];
  private nextId = 0;
  private parked: Parked | undefined;
  private readonly away = new Set<string>();
  private readonly toLose = new OneLoss();

  constructor(options: SimulatedTelegramOptions) {
    this.options = options;
  }

  get pending(): number {
    return this.queue.length;
  }

  push(update: Update): void {
    this.nextId = update.update_id + 1;
    this.queue.push(update);
    const { parked } = this;
    this.parked = undefined;
    parked?.answer(this.queue.slice(0, parked.limit));
  }

  /** Telegram is out of reach for this process alone. */
  cut(process: string): void {
    this.away.add(process);
  }

  heal(process: string): void {
    this.away.delete(process);
  }

  /** Loses one of the process's next calls, or its answer. */
  loseOne(process: string, loss: Loss): void {
    this.toLose.plan(process, loss);
  }

  apiFor(process: SimulatedProcess): BotApi {
    return {
      call: <Result>(method: string, parameters: Readonly<Record<string, unknown>>, options: CallOptions) =>
        this.call(process, { method, parameters, options }) as Promise<Result>,
    };
  }

  private call(process: SimulatedProcess, { method, parameters, options }: ApiCall): Promise<unknown> {
    const { onCall, trueTime, prng, faults, faultsOn } = this.options;
    const onArrival = onCall(process.name, method);
    const lost = this.toLose.take(process.name);
    let isOpen = true;
    return new Promise((resolve, reject) => {
      const settle = (action: () => void): void => {
        options.signal?.removeEventListener('abort', abort);
        cancelTimeOut();
        isOpen = false;
        action();
      };
      const unreachable = (why: string, aborted = false): void =>
        settle(() => reject(new BotApiUnreachableError(method, why, { aborted, cause: new Error(why) })));
      const cancelTimeOut = process.schedule(options.timeoutMs, () => unreachable('time-out'));
      // Removed by hand: with the listener option `signal`, Node never frees a signal that is also slept on.
      const abort = (): void => unreachable('aborted', true);
      options.signal?.addEventListener('abort', abort, { once: true });
      if (options.signal?.aborted) {
        unreachable('aborted', true);
        return;
      }
      const answer = (result: unknown): void => {
        if (
          lost === 'answer' ||
          this.away.has(process.name) ||
          (faultsOn() && prng.happens(faults.loseAnswer))
        )
          return;
        trueTime.schedule(this.delayMs(), () =>
          process.whenRunning(() => {
            if (result instanceof Error) settle(() => reject(result));
            else {
              if (isOpen && method === 'getUpdates') this.options.onPolled();
              settle(() => resolve(result));
            }
          }),
        );
      };
      const arrive = (): void => {
        // What was given up or aborted before it was sent never arrives.
        if (!isOpen || lost === 'request' || this.away.has(process.name)) return;
        onArrival();
        if (faultsOn() && prng.happens(faults.fail))
          answer(new BotApiUnreachableError(method, 'HTTP 502', { aborted: false, cause: undefined }));
        else this.serve(method, parameters, answer);
      };
      if (!(faultsOn() && prng.happens(faults.connectSlowly))) trueTime.schedule(this.delayMs(), arrive);
      // Sent only when the connection stands. A process that was stopped until then runs its due timers first.
      else
        trueTime.schedule(prng.integer(0, slowConnectMsMax), () =>
          process.isRunning ? arrive() : process.whenRunning(() => trueTime.schedule(0, arrive)),
        );
    });
  }

  private serve(
    method: string,
    parameters: Readonly<Record<string, unknown>>,
    answer: (result: unknown) => void,
  ): void {
    if (method === 'getUpdates') this.getUpdates(parameters, answer);
    else if (method === 'getMe') answer({ id: 1, is_bot: true, first_name: 'Bot', username: 'bot' });
    else if (method === 'getWebhookInfo') answer({ url: '', pending_update_count: this.queue.length });
    else answer(true);
  }

  private getUpdates(parameters: Readonly<Record<string, unknown>>, answer: (result: unknown) => void): void {
    const { trueTime } = this.options;
    const offset = Number(parameters['offset'] ?? 0);
    const limit = Number(parameters['limit'] ?? 100);
    const timeoutSeconds = Number(parameters['timeout'] ?? 0);
    // An offset far beyond the next id, as after ids that began anew, confirms nothing.
    if (offset > 0 && offset <= this.nextId + offsetAheadMax) {
      this.confirmedIds.push(
        ...this.queue.filter(({ update_id: id }) => id < offset).map(({ update_id: id }) => id),
      );
      this.queue = this.queue.filter(({ update_id: id }) => id >= offset);
    }
    if (this.queue.length > 0 || timeoutSeconds === 0) {
      answer(this.queue.slice(0, limit));
      return;
    }
    const old = this.parked;
    if (old !== undefined) {
      this.conflicts++;
      old.answer(
        new BotApiRefusedError('getUpdates', {
          status: 409,
          description: 'Conflict: terminated by other getUpdates request',
        }),
      );
    }
    const parked: Parked = { limit, answer };
    this.parked = parked;
    trueTime.schedule(timeoutSeconds * 1000, () => {
      if (this.parked !== parked) return;
      this.parked = undefined;
      answer([]);
    });
  }

  private delayMs(): number {
    return this.options.prng.integer(1, usualDelayMsMax);
  }
}

interface ApiCall {
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly options: CallOptions;
}

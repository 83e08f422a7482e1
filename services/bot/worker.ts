/**
 * The polling worker: contends for the lock, leads a term, drains, releases the lock, contends again.
 *
 * Guarantees: it polls only within a term. It releases only its own lock, after polling and handlers have stopped. A
 * refused start changes nothing in the store. Observers only watch: correctness depends on the renewal plan and the
 * poll health alone. Every dependency is a port, so the worker also runs on a virtual clock.
 *
 * Under faults it is checked by `test/simulator/`.
 */

import { LockHeldError, OtherBotError } from '../core/lease/errors.ts';
import { HeartbeatScheduler } from '../core/lease/heartbeat-scheduler.ts';
import { Lease, type LeaseObserver } from '../core/lease/lease.ts';
import type { LeaseTimes } from '../core/lease/lease-times.ts';
import type { PollingLockStore } from '../core/lease/lock-store.ts';
import type { LockHolder } from '../core/lease/lock-value.ts';
import { PollHealth } from '../core/lease/poll-health.ts';
import { TelegramReach } from '../core/lease/telegram-reach.ts';
import type { Term } from '../core/lease/term.ts';
import { WakeUp, type WakeUpChannel } from '../core/lease/wake-up.ts';
import type { BotApi, BotIdentity } from '../core/platform/bot-api.ts';
import type { Clock } from '../core/platform/clock.ts';
import { type ExitCode, exitCodes } from '../core/platform/exit-codes.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { Random } from '../core/platform/random.ts';
import { isTokenRejection } from '../core/platform/token-rejection.ts';
import { type FinalFailure, pollSlackMs } from '../core/updates/fetcher.ts';
import type { UpdateJournal } from '../core/updates/journal.ts';
import {
  type Forwarding,
  PollingSession,
  type SessionEnd,
  type SessionObserver,
} from '../core/updates/polling-session.ts';
import type { HandleUpdate } from '../core/updates/update.ts';
import { LeadingWork } from './leading-work.ts';
import { WorkerState } from './worker-state.ts';

/** Makes the handler for one term's updates. It must send nothing once the term may not act. */
export type MakeHandler = (bot: BotIdentity, term: Term) => HandleUpdate;

export interface WorkerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly api: BotApi;
  readonly lockStore: PollingLockStore;
  readonly journal: UpdateJournal;
  readonly channel: WakeUpChannel;
  readonly makeHandler: MakeHandler;
  readonly leaseObserver: LeaseObserver;
  readonly sessionObserver: SessionObserver;
  /** Runs beside polling in each term; never rejects. Its signal aborts when the term should end. */
  readonly whileLeading?: (signal: AbortSignal) => Promise<void>;
  /** Called when polling begins in a term. */
  readonly onPolling?: (bot: BotIdentity) => void;
  /** Called after each poll that Telegram ended because another program polls with the token. */
  readonly onConflict: () => void;
  readonly holder: Pick<LockHolder, 'host' | 'pid' | 'env' | 'task'>;
  /** Known from the token alone, so that Telegram need not be reachable. */
  readonly botId: string;
  readonly times: LeaseTimes;
  readonly whenHeld: 'standby' | 'exit';
  readonly heartbeatIntervalMs: number;
  readonly longPollTimeoutSeconds: number;
  readonly inFlightMax: number;
  readonly drainTimeoutMs: number;
  readonly allowedUpdates: readonly string[];
  /** Set in queue mode. */
  readonly forwarding?: Forwarding | undefined;
  /** For development: end when another program polls with the token. */
  readonly endsAtConflict: boolean;
  /** For development: the next developer starts with an empty queue. Not after a conflict: the updates may be the other's. */
  readonly dropPendingOnStop: boolean;
  readonly version: string;
  /** A thrown value in one line without secrets. */
  readonly describe: (error: unknown) => string;
}

const endCodes: Readonly<Record<FinalFailure, ExitCode>> = {
  'token rejected': exitCodes.tokenRejected,
  'another poller': exitCodes.lockHeldByAnother,
};
const anotherPoller =
  'another program polls with this bot token (409): this worker ends, and pending updates stay for the other one; ' +
  'stop that program, or give this worker a bot of its own';
const callTimeoutMs = 10_000;
const prepareRetryMs = 2000;

export class Worker {
  readonly state: WorkerState;
  private readonly options: WorkerOptions;
  private readonly lease: Lease;
  private readonly wakeUp: WakeUp;
  private readonly health: PollHealth;
  private readonly reach: TelegramReach;
  private readonly api: BotApi;
  private bot: BotIdentity | undefined;
  private heartbeats: HeartbeatScheduler | undefined;
  /** Set by a stop: the last steps are repeated until then. */
  private drainEndMs: number | undefined;

  constructor(options: WorkerOptions) {
    this.options = options;
    this.wakeUp = new WakeUp(options.clock);
    this.health = new PollHealth(options.longPollTimeoutSeconds * 1000 + pollSlackMs, {
      onSuccess: () => this.onPolled(),
      describe: options.describe,
    });
    this.reach = new TelegramReach(options.clock, options.times);
    this.api = this.reach.watched(options.api);
    this.state = new WorkerState(this.health, this.reach);
    const { clock, random, lockStore: store, times, holder, whenHeld, leaseObserver } = options;
    const { state, wakeUp } = this;
    const healthPage: Partial<LeaseObserver> = {
      onStandby: (held) => {
        state.standBy(held, clock.monotonicMs());
        this.reach.forget();
      },
    };
    const observers = [healthPage, leaseObserver];
    this.lease = new Lease({ clock, random, store, wakeUp, times, holder, whenHeld, observers });
  }

  /** Runs until `stop` aborts or the worker cannot go on. */
  async run(stop: AbortSignal): Promise<ExitCode> {
    const { channel, clock, times, drainTimeoutMs, leaseObserver } = this.options;
    const onStop = (): void => {
      this.drainEndMs = clock.monotonicMs() + drainTimeoutMs;
    };
    stop.addEventListener('abort', onStop, { once: true });
    if ((await this.identify(stop)) === 'token rejected') return exitCodes.tokenRejected;
    await channel.listen(() => this.wakeUp.notify(), stop);
    try {
      for (;;) {
        const term = await this.lease.contend(stop);
        if (term === undefined) return exitCodes.cleanStop;
        const end = await this.lead(term, stop);
        if (end !== 'ended') return endCodes[end];
        if (stop.aborted) return exitCodes.cleanStop;
        // If the lock was given up, another worker should get it: let the others try first.
        if (term.endReason === 'telegram-unreachable') await this.stayOut(stop);
        else await clock.sleep(times.rpcTimeoutMs, stop);
      }
    } catch (error) {
      const code = refusalCode(error);
      if (code === undefined) throw error;
      leaseObserver.onTrouble('start', error);
      return code;
    }
  }

  private async lead(term: Term, stop: AbortSignal): Promise<SessionEnd> {
    const { clock } = this.options;
    this.state.lead(term, clock.monotonicMs());
    this.heartbeats = this.scheduleHeartbeats(term);
    const held = this.lease.hold(term, this.heartbeats);
    void this.giveWayWhenLost(term);
    try {
      const bot = await this.prepare(term, stop);
      if (bot === 'token rejected') return bot;
      return bot === undefined ? 'ended' : await this.runSession(bot, term, stop);
    } finally {
      await this.lease.release(term, this.drainEndMs);
      await held;
      this.state.stopLeading();
    }
  }

  private async runSession(bot: BotIdentity, term: Term, stop: AbortSignal): Promise<SessionEnd> {
    const { makeHandler, sessionObserver: observer, dropPendingOnStop, logger } = this.options;
    const { onConflict, endsAtConflict } = this.options;
    const handle = makeHandler(bot, term);
    const { longPollTimeoutSeconds, inFlightMax, drainTimeoutMs, allowedUpdates, forwarding } = this.options;
    const { clock, random, journal } = this.options;
    const { api } = this;
    const ports = { clock, random, api, journal, handle, observer, health: this.health, onConflict };
    const limits = { endsAtConflict, longPollTimeoutSeconds, inFlightMax, drainTimeoutMs, allowedUpdates };
    const session = new PollingSession({ ...ports, ...limits, forwarding }, term, stop);
    this.state.session = session;
    this.options.onPolling?.(bot);
    const work = this.startLeadingWork(term, stop);
    const end = await session.run();
    if ((await work.end()) === 'late')
      logger.warn('onLeading did not end in time: giving the lock up without it');
    if (end === 'another poller') logger.error(anotherPoller);
    const drops = stop.aborted && dropPendingOnStop && !session.sawConflict;
    if (drops && term.mayAct()) await this.dropPending(term);
    return end;
  }

  private startLeadingWork(term: Term, stop: AbortSignal): LeadingWork {
    const { clock, drainTimeoutMs, whileLeading: run = async () => {} } = this.options;
    return new LeadingWork({ clock, drainTimeoutMs, run }, term, stop);
  }

  /** A successful poll may make a heartbeat due. Then renew now instead of at the next planned time. */
  private onPolled(): void {
    this.reach.polled();
    if (this.heartbeats?.isHeartbeatDue()) this.wakeUp.notify();
  }

  /** Ends the term if it cannot poll because Telegram is out of reach. */
  private async giveWayWhenLost(term: Term): Promise<void> {
    if (!(await this.reach.isLost(term.endingSignal))) return;
    const seconds = Math.round(this.reach.unreachableMs / 1000);
    this.options.logger.warn(`Telegram has been out of reach for ${seconds} s: giving the polling lock up`);
    term.end('telegram-unreachable');
  }

  /** Leaves the lock to others until the delay has passed or Telegram answers this process again. */
  private async stayOut(stop: AbortSignal): Promise<void> {
    const { clock, random, logger } = this.options;
    const { delayMs, probeMs } = this.reach.giveWay(random.unit());
    const endMs = clock.monotonicMs() + delayMs;
    logger.info('staying out until Telegram answers', { seconds: Math.round(delayMs / 1000) });
    while (!stop.aborted && clock.monotonicMs() < endMs) {
      await clock.sleep(Math.min(probeMs, endMs - clock.monotonicMs()), stop);
      if (await this.reachesTelegram(stop)) return;
    }
  }

  private async reachesTelegram(signal: AbortSignal): Promise<boolean> {
    try {
      await this.api.call('getMe', {}, { timeoutMs: callTimeoutMs, signal });
    } catch (error) {
      if (!signal.aborted) this.options.sessionObserver.onTrouble('getMe', error);
    }
    return this.reach.unreachableMs === 0;
  }

  /** Learns the bot's identity and removes a webhook, but keeps pending updates. Undefined if the term ended first. */
  private async prepare(term: Term, stop: AbortSignal): Promise<BotIdentity | 'token rejected' | undefined> {
    const end = AbortSignal.any([stop, term.endingSignal]);
    while (!end.aborted && term.mayAct()) {
      if ((await this.identify(end)) === 'token rejected') return 'token rejected';
      const removed = this.bot === undefined ? 'not removed' : await this.removeWebhook(end);
      if (removed === 'token rejected') return removed;
      if (removed === 'removed') return this.bot;
      await this.options.clock.sleep(prepareRetryMs, end);
    }
    return undefined;
  }

  private async identify(signal: AbortSignal): Promise<'known' | 'unknown' | 'token rejected'> {
    if (this.bot !== undefined) return 'known';
    try {
      this.bot = await this.api.call<BotIdentity>('getMe', {}, { timeoutMs: callTimeoutMs, signal });
      return 'known';
    } catch (error) {
      if (!signal.aborted) this.cannotPoll('getMe', error);
      return isTokenRejection(error) ? 'token rejected' : 'unknown';
    }
  }

  private async removeWebhook(signal: AbortSignal): Promise<'removed' | 'not removed' | 'token rejected'> {
    const { logger } = this.options;
    const { api } = this;
    try {
      const info = await api.call<{ url: string }>(
        'getWebhookInfo',
        {},
        { timeoutMs: callTimeoutMs, signal },
      );
      if (info.url === '') return 'removed';
      logger.warn('a webhook is set; removing it, pending updates stay');
      await api.call('deleteWebhook', { drop_pending_updates: false }, { timeoutMs: callTimeoutMs, signal });
      return 'removed';
    } catch (error) {
      if (!signal.aborted) this.cannotPoll('remove the webhook', error);
      return isTokenRejection(error) ? 'token rejected' : 'not removed';
    }
  }

  /** Before the first poll: what keeps it from being sent counts as its failure. */
  private cannotPoll(what: string, error: unknown): void {
    this.health.failedWith(error);
    this.options.sessionObserver.onTrouble(what, error);
  }

  private async dropPending(term: Term): Promise<void> {
    const { api, logger, sessionObserver } = this.options;
    const options = { timeoutMs: callTimeoutMs, signal: term.overSignal };
    try {
      await api.call('deleteWebhook', { drop_pending_updates: true }, options);
      logger.info('pending updates dropped, as a development bot does on stop');
    } catch (error) {
      sessionObserver.onTrouble('drop pending updates', error);
    }
  }

  private scheduleHeartbeats(term: Term): HeartbeatScheduler {
    const { clock, times, heartbeatIntervalMs, holder, botId, version } = this.options;
    const { state, health } = this;
    return new HeartbeatScheduler({
      clock,
      renewMs: times.renewMs,
      intervalMs: heartbeatIntervalMs,
      holder,
      botId,
      epoch: term.epoch,
      version,
      health,
      storeAheadMs: term.storeAheadMs,
      inFlight: () => state.session?.ledger.inFlight ?? 0,
      finished: {
        ids: () => state.session?.ledger.removable() ?? [],
        onRemoved: (ids) => state.session?.ledger.markRemoved(ids, { isRenewal: true }),
      },
    });
  }
}

/** The exit code for a start that the store's state refuses; undefined for a bug. */
function refusalCode(error: unknown): ExitCode | undefined {
  if (error instanceof LockHeldError) return exitCodes.lockHeldByAnother;
  return error instanceof OtherBotError ? exitCodes.configuration : undefined;
}

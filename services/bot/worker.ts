/**
 * The polling worker: contends for the lock, leads a term, drains, gives the lock back, contends again.
 *
 * Guarantees: polls only within a term; gives back only its own lock, and only after polling and handlers have
 * stopped; a refused start changes nothing in the store. All its dependencies come in as ports, so that it runs
 * on a virtual clock as well.
 */

import { LockHeldError } from '../core/lease/errors.ts';
import { HeartbeatScheduler } from '../core/lease/heartbeat-scheduler.ts';
import { Lease, type LeaseObserver } from '../core/lease/lease.ts';
import type { LeaseTimes } from '../core/lease/lease-times.ts';
import type { PollingLockStore, RenewPayload } from '../core/lease/lock-store.ts';
import type { LockHolder } from '../core/lease/lock-value.ts';
import { PollHealth } from '../core/lease/poll-health.ts';
import type { Term } from '../core/lease/term.ts';
import { WakeUp, type WakeUpChannel } from '../core/lease/wake-up.ts';
import type { BotApi } from '../core/platform/bot-api.ts';
import type { Clock } from '../core/platform/clock.ts';
import { type ExitCode, exitCodes } from '../core/platform/exit-codes.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { Random } from '../core/platform/random.ts';
import { isTokenRejection } from '../core/platform/token-rejection.ts';
import { pollSlackMs } from '../core/updates/fetcher.ts';
import type { UpdateJournal } from '../core/updates/journal.ts';
import { PollingSession, type SessionObserver } from '../core/updates/polling-session.ts';
import type { HandleUpdate } from '../core/updates/update.ts';
import { WorkerState } from './worker-state.ts';

export interface BotIdentity {
  readonly id: number;
  readonly username: string;
}

/** Makes the handler of one term's updates; what it sends must be fenced by the term. */
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
  readonly holder: Pick<LockHolder, 'host' | 'pid' | 'env' | 'task'>;
  readonly times: LeaseTimes;
  readonly whenHeld: 'standby' | 'exit';
  readonly heartbeatIntervalMs: number;
  readonly longPollTimeoutSeconds: number;
  readonly inFlightMax: number;
  readonly drainTimeoutMs: number;
  readonly allowedUpdates: readonly string[];
  /** A development bot leaves no messages behind for whoever starts it next. */
  readonly dropPendingOnStop: boolean;
  readonly version: string;
}

const callTimeoutMs = 10_000;
const prepareRetryMs = 2000;

export class Worker {
  readonly state: WorkerState;
  private readonly options: WorkerOptions;
  private readonly lease: Lease;
  private readonly wakeUp: WakeUp;
  private readonly health: PollHealth;
  private bot: BotIdentity | undefined;
  private heartbeat: HeartbeatScheduler | undefined;

  constructor(options: WorkerOptions) {
    this.options = options;
    this.wakeUp = new WakeUp(options.clock);
    this.health = new PollHealth(options.longPollTimeoutSeconds * 1000 + pollSlackMs);
    this.state = new WorkerState(this.health);
    const { clock, random, lockStore: store, times, holder, whenHeld } = options;
    const { wakeUp } = this;
    this.lease = new Lease({
      clock,
      random,
      store,
      wakeUp,
      times,
      holder,
      whenHeld,
      observer: this.observeLease(),
    });
  }

  /** Works until `stop` aborts, and says how it ended. */
  async run(stop: AbortSignal): Promise<ExitCode> {
    const { channel, clock, times, leaseObserver } = this.options;
    if ((await this.identify(stop)) === 'token rejected') return exitCodes.tokenRejected;
    await channel.listen(() => this.wakeUp.notify(), stop);
    try {
      for (;;) {
        const term = await this.lease.contend(stop);
        if (term === undefined) return exitCodes.cleanStop;
        const end = await this.lead(term, stop);
        if (end === 'token rejected') return exitCodes.tokenRejected;
        if (stop.aborted) return exitCodes.cleanStop;
        // Whoever took the lock away wants another to have it: let the others try first.
        await clock.sleep(times.rpcTimeoutMs, stop);
      }
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      leaseObserver.onTrouble('start', error);
      return exitCodes.lockHeldByAnother;
    }
  }

  private async lead(term: Term, stop: AbortSignal): Promise<'ended' | 'token rejected'> {
    const { clock } = this.options;
    this.state.lead(term, clock.monotonicMs());
    const held = this.lease.hold(term, this.startHeartbeat(term));
    try {
      const bot = await this.prepare(term, stop);
      if (bot === 'token rejected') return bot;
      return bot === undefined ? 'ended' : await this.poll(bot, term, stop);
    } finally {
      await this.lease.release(term);
      await held;
      this.state.follow();
    }
  }

  private async poll(bot: BotIdentity, term: Term, stop: AbortSignal): Promise<'ended' | 'token rejected'> {
    const { makeHandler, sessionObserver, dropPendingOnStop } = this.options;
    const observer: SessionObserver = {
      ...sessionObserver,
      onPoll: (result, elapsedMs) => {
        sessionObserver.onPoll(result, elapsedMs);
        if (this.heartbeat?.isDue()) this.wakeUp.notify();
      },
    };
    const handle = makeHandler(bot, term);
    const { longPollTimeoutSeconds, inFlightMax, drainTimeoutMs, allowedUpdates } = this.options;
    const { clock, random, api, journal } = this.options;
    const ports = { clock, random, api, journal, handle, observer, health: this.health };
    const limits = { longPollTimeoutSeconds, inFlightMax, drainTimeoutMs, allowedUpdates };
    const delivery = new PollingSession({ ...ports, ...limits }, term, stop);
    this.state.session = delivery;
    const end = await delivery.run();
    if (stop.aborted && dropPendingOnStop && term.mayAct()) await this.dropPending();
    return end;
  }

  /** Learns who the bot is and removes a webhook, without dropping what waits; undefined when the term ended first. */
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
    const { api, sessionObserver } = this.options;
    try {
      this.bot = await api.call<BotIdentity>('getMe', {}, { timeoutMs: callTimeoutMs, signal });
      return 'known';
    } catch (error) {
      sessionObserver.onTrouble('getMe', error);
      return isTokenRejection(error) ? 'token rejected' : 'unknown';
    }
  }

  private async removeWebhook(signal: AbortSignal): Promise<'removed' | 'not removed' | 'token rejected'> {
    const { api, logger, sessionObserver } = this.options;
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
      sessionObserver.onTrouble('remove the webhook', error);
      return isTokenRejection(error) ? 'token rejected' : 'not removed';
    }
  }

  private async dropPending(): Promise<void> {
    const { api, logger, sessionObserver } = this.options;
    try {
      await api.call('deleteWebhook', { drop_pending_updates: true }, { timeoutMs: callTimeoutMs });
      logger.info('pending updates dropped, as a development bot does on stop');
    } catch (error) {
      sessionObserver.onTrouble('drop pending updates', error);
    }
  }

  private startHeartbeat(term: Term): HeartbeatScheduler {
    const { clock, times, heartbeatIntervalMs, holder, version } = this.options;
    const { state, health } = this;
    this.heartbeat = new HeartbeatScheduler({
      clock,
      renewMs: times.renewMs,
      intervalMs: heartbeatIntervalMs,
      holder,
      epoch: term.epoch,
      version,
      health,
      inFlight: () => state.session?.ledger.inFlight ?? 0,
      finishedUpdateIds: () => state.session?.ledger.removable() ?? [],
    });
    return this.heartbeat;
  }

  private observeLease(): LeaseObserver {
    const { leaseObserver, clock } = this.options;
    return {
      onStandby: (held, why) => {
        this.state.standby(held, clock.monotonicMs());
        leaseObserver.onStandby(held, why);
      },
      onAcquired: (term) => leaseObserver.onAcquired(term),
      onTermEnding: (term, reason) => leaseObserver.onTermEnding(term, reason),
      onTrouble: (what, error) => leaseObserver.onTrouble(what, error),
      onRenewed: (term: Term, payload: RenewPayload, storeTimeMs: number) => {
        this.heartbeat?.renewed(payload, storeTimeMs);
        this.state.session?.ledger.markRemoved(payload.finishedUpdateIds ?? []);
        leaseObserver.onRenewed(term, payload, storeTimeMs);
      },
    };
  }
}

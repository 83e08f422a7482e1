/** The shipped `Worker` on a simulated process: its clock, its network and its Telegram. */
import { Worker } from '../../services/bot/worker.ts';
import { leaseTimes } from '../../services/core/lease/lease-times.ts';
import type { PollingLockStore } from '../../services/core/lease/lock-store.ts';
import type { Term } from '../../services/core/lease/term.ts';
import type { WakeUpChannel } from '../../services/core/lease/wake-up.ts';
import type { BotApi } from '../../services/core/platform/bot-api.ts';
import type { Random } from '../../services/core/platform/random.ts';
import type { UpdateJournal } from '../../services/core/updates/journal.ts';
import type { Forwarding } from '../../services/core/updates/polling-session.ts';
import type { HandlerContext, Update } from '../../services/core/updates/update.ts';
import type { SimulatedProcess } from './process.ts';

export const ttlMs = 6000;
export const times = leaseTimes({ ttlMs, renewMs: 2000 });

export interface SimulatedWorkerOptions {
  readonly process: SimulatedProcess;
  readonly index: number;
  readonly botId: string;
  readonly random: Random;
  readonly api: BotApi;
  readonly lockStore: PollingLockStore;
  readonly journal: UpdateJournal;
  readonly channel: WakeUpChannel;
  readonly inFlightMax: number;
  readonly env: 'production' | 'development';
  readonly forwarding?: Forwarding;
  readonly handle: (term: Term, update: Update, context: HandlerContext) => Promise<void>;
  readonly onDeadLetters: () => void;
  /** Writes a line of the trace. */
  readonly note: (line: string) => void;
}

export function simulatedWorker(options: SimulatedWorkerOptions): Worker {
  const { process, index, botId, random, api, lockStore, journal, channel, inFlightMax } = options;
  const { env, handle, forwarding, onDeadLetters, note } = options;
  const { name } = process;
  const onTrouble = (what: string, error: unknown): void => note(`${name}: ${what} failed: ${String(error)}`);
  return new Worker({
    describe: String,
    clock: process,
    random,
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    api,
    lockStore,
    journal,
    channel,
    makeHandler: (_bot, term) => (update, context) => handle(term, update, context),
    leaseObserver: {
      onStandby: (held, why) => note(`${name} stands by: ${why} for ${held.ttlMs} ms`),
      onAcquired: (term) => note(`${name} leads, epoch ${term.epoch}`),
      onRenewed: () => note(`${name} renewed`),
      onTermEnding: (_term, reason) => note(`${name} steps down: ${reason}`),
      onTrouble,
    },
    sessionObserver: {
      onPoll: (result) => note(`${name} polled: ${result}`),
      onReceived: (updates) =>
        note(`${name} received ${updates.map((update) => update.update_id).join(' ')}`),
      onEnd: nothing,
      onOverdue: nothing,
      onBackpressure: nothing,
      onTooBig: (ids) => note(`${name} cannot journal ${ids.join(' ')}`),
      onDeadLetters: (ids) => {
        note(`${name} gave up ${ids.join(' ')}`);
        onDeadLetters();
      },
      onTrouble,
    },
    onConflict: nothing,
    holder: { host: `host-${index}`, pid: index, env },
    botId,
    times,
    whenHeld: env === 'production' ? 'standby' : 'exit',
    heartbeatIntervalMs: 4000,
    longPollTimeoutSeconds: 5,
    inFlightMax,
    drainTimeoutMs: 3000,
    allowedUpdates: ['message'],
    forwarding,
    endsAtConflict: env === 'development',
    dropPendingOnStop: false,
    version: 'simulated',
  });
}

function nothing(): void {}

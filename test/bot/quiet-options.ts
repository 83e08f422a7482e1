/** A worker's options apart from its ports: it stands by, reports nothing, and its handlers do nothing. */
import type { WorkerOptions } from '../../services/bot/worker.ts';
import { leaseTimes } from '../../services/core/lease/lease-times.ts';

const nothing = (): void => {};

export const quietOptions = {
  random: { unit: () => 0.5, token: () => 'token' },
  logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  channel: { listen: async () => {} },
  makeHandler: () => async () => {},
  leaseObserver: {
    onStandby: nothing,
    onAcquired: nothing,
    onRenewed: nothing,
    onTermEnding: nothing,
    onTrouble: nothing,
  },
  sessionObserver: {
    onPoll: nothing,
    onReceived: nothing,
    onEnd: nothing,
    onOverdue: nothing,
    onBackpressure: nothing,
    onTooBig: nothing,
    onDeadLetters: nothing,
    onTrouble: nothing,
  },
  onConflict: nothing,
  holder: { host: 'h', pid: 7, env: 'production' },
  botId: '1',
  times: leaseTimes({ ttlMs: 30_000, renewMs: 10_000 }),
  whenHeld: 'standby',
  heartbeatIntervalMs: 20_000,
  longPollTimeoutSeconds: 5,
  inFlightMax: 100,
  drainTimeoutMs: 5000,
  allowedUpdates: ['message'],
  endsAtConflict: false,
  dropPendingOnStop: false,
  version: '1.2.3',
  describe: String,
} as const satisfies Partial<WorkerOptions>;

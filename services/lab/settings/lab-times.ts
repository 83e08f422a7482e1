/**
 * The lab's times: production's at speed 1, and the same proportions at higher speeds.
 *
 * The lease shortens too, but only to a minimum that a busy machine can still keep. Without that, a frozen leader would be
 * reported as an outage before its standby may take over.
 */
import { visibilityMinSeconds } from '../../core/queue/queue-times.ts';
import { Listeners } from '../shared/listeners.ts';

export interface LabTimes {
  readonly speed: number;
  readonly monitorEveryMs: number;
  readonly heartbeatIntervalSeconds: number;
  readonly heartbeatStaleSeconds: number;
  readonly leaseTtlSeconds: number;
  readonly leaseRenewSeconds: number;
  readonly longPollSeconds: number;
  /** Of a message that a consumer has received, in queue mode. */
  readonly queueVisibilitySeconds: number;
  readonly reminderMinutes: number;
}

const production = {
  monitorEveryMs: 60_000,
  heartbeatIntervalSeconds: 20,
  heartbeatStaleSeconds: 300,
  leaseTtlSeconds: 30,
  longPollSeconds: 30,
  queueVisibilitySeconds: 30,
  reminderMinutes: 60,
};
const leaseTtlMinSeconds = 6;

export function labTimes(speed: number): LabTimes {
  const faster = (amount: number, min: number): number => Math.max(min, Math.round(amount / speed));
  const leaseTtlSeconds = faster(production.leaseTtlSeconds, leaseTtlMinSeconds);
  return {
    speed,
    monitorEveryMs: Math.round(production.monitorEveryMs / speed),
    heartbeatIntervalSeconds: faster(production.heartbeatIntervalSeconds, 1),
    heartbeatStaleSeconds: faster(production.heartbeatStaleSeconds, 2),
    leaseTtlSeconds,
    leaseRenewSeconds: Math.floor(leaseTtlSeconds / 3),
    longPollSeconds: faster(production.longPollSeconds, 2),
    queueVisibilitySeconds: faster(production.queueVisibilitySeconds, visibilityMinSeconds),
    reminderMinutes: faster(production.reminderMinutes, 1),
  };
}

/** The lab's current times. A deployment may change them. */
export class ActiveTimes {
  /** The times that newly started workers get. */
  forNewWorkers: LabTimes;
  private applied: LabTimes;
  private readonly changes = new Listeners<[times: LabTimes]>();

  constructor(times: LabTimes) {
    this.forNewWorkers = times;
    this.applied = times;
  }

  get current(): LabTimes {
    return this.applied;
  }

  /** Changes the times of the monitor and of the page; workers get theirs by a deployment. */
  apply(times: LabTimes): void {
    this.applied = times;
    this.changes.notify(times);
  }

  /** Returns a function that removes the listener. */
  onChange(listener: (times: LabTimes) => void): () => void {
    return this.changes.add(listener);
  }
}

/** The speed and the resulting times, in one line. */
export function describeTimes(times: LabTimes): string {
  const { speed, monitorEveryMs, heartbeatIntervalSeconds, heartbeatStaleSeconds, leaseTtlSeconds } = times;
  return (
    `speed ${speed}: the monitor runs every ${monitorEveryMs / 1000} s, the heartbeat comes every ` +
    `${heartbeatIntervalSeconds} s and is stale after ${heartbeatStaleSeconds} s, the lease lasts ${leaseTtlSeconds} s`
  );
}

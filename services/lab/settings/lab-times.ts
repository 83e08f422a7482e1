/**
 * The lab's times: production's at speed 1, and the same proportions at higher speeds.
 *
 * The lease is sped up too, down to a floor that a loaded machine still keeps: otherwise a frozen leader would be
 * reported as an outage before its standby may take over.
 */
export interface LabTimes {
  readonly speed: number;
  readonly monitorEveryMs: number;
  readonly heartbeatIntervalSeconds: number;
  readonly heartbeatStaleSeconds: number;
  readonly leaseTtlSeconds: number;
  readonly leaseRenewSeconds: number;
  readonly longPollSeconds: number;
  readonly reminderMinutes: number;
}

const production = {
  monitorEveryMs: 60_000,
  heartbeatIntervalSeconds: 20,
  heartbeatStaleSeconds: 300,
  leaseTtlSeconds: 30,
  longPollSeconds: 30,
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
    reminderMinutes: faster(production.reminderMinutes, 1),
  };
}

/** The times by which the lab works at present: a deployment may change them. */
export class ActiveTimes {
  /** By which workers that are started from now on will work. */
  forNewWorkers: LabTimes;
  private applied: LabTimes;
  private readonly listeners = new Set<(times: LabTimes) => void>();

  constructor(times: LabTimes) {
    this.forNewWorkers = times;
    this.applied = times;
  }

  get current(): LabTimes {
    return this.applied;
  }

  /** For the monitor and for what is shown; workers get theirs by a deployment. */
  apply(times: LabTimes): void {
    this.applied = times;
    for (const listener of this.listeners) listener(times);
  }

  /** Returns what ends the listening. */
  onChange(listener: (times: LabTimes) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** One line that states the speed and what it makes of the times. */
export function describeTimes(times: LabTimes): string {
  const { speed, monitorEveryMs, heartbeatIntervalSeconds, heartbeatStaleSeconds, leaseTtlSeconds } = times;
  return (
    `speed ${speed}: the monitor runs every ${monitorEveryMs / 1000} s, the heartbeat comes every ` +
    `${heartbeatIntervalSeconds} s and is stale after ${heartbeatStaleSeconds} s, the lease lasts ${leaseTtlSeconds} s`
  );
}

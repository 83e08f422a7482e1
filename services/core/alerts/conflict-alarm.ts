/**
 * Detects another program that polls with the token: three conflicts within a minute. One conflict is no proof, because
 * Telegram may still hold an earlier poll of this worker.
 *
 * Fire and forget: a failure of the store never reaches the poll loop, and the next conflict tries again. The store
 * throttles the warning to one in half an hour; this class asks no more often than that.
 */
import type { Clock } from '../platform/clock.ts';
import type { WarningStore } from './warning-store.ts';
import { throttleRules } from './warnings.ts';

export interface ConflictAlarmDeps {
  readonly clock: Clock;
  readonly warnings: WarningStore;
  /** The host that met the conflicts; the other program is unknown. */
  readonly host: string;
  readonly onTrouble: (what: string, error: unknown) => void;
}

const kind = 'another-poller';
const conflictsMin = 3;
const withinMs = 60_000;

export class ConflictAlarm {
  private readonly deps: ConflictAlarmDeps;
  private times: number[] = [];
  private quietUntilMs = Number.NEGATIVE_INFINITY;
  private isRaising = false;

  constructor(deps: ConflictAlarmDeps) {
    this.deps = deps;
  }

  /** Telegram ended a poll with 409: another `getUpdates` took its place. */
  conflict(): void {
    const nowMs = this.deps.clock.monotonicMs();
    this.times = [...this.times, nowMs].filter((ms) => nowMs - ms <= withinMs).slice(-conflictsMin);
    const isDue = this.times.length === conflictsMin && nowMs >= this.quietUntilMs;
    if (isDue && !this.isRaising) void this.raise(nowMs);
  }

  private async raise(nowMs: number): Promise<void> {
    const { warnings, host, onTrouble } = this.deps;
    this.isRaising = true;
    try {
      await warnings.raise({ kind, key: '', params: { host } });
      this.quietUntilMs = nowMs + throttleRules[kind].quietMs;
    } catch (error) {
      onTrouble('raise a warning', error);
    } finally {
      this.isRaising = false;
    }
  }
}

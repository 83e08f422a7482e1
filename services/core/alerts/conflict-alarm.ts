/**
 * Notices that another program polls with the token: three conflicts within a minute. One alone is no proof, for
 * Telegram may still hold an earlier poll of this very worker.
 *
 * Fire and forget: what the store does never reaches the poll loop. When raising fails, the next conflict tries
 * again. That it is told at most once in half an hour is the store's rule; asking is spared for that long as well.
 */
import type { Clock } from '../platform/clock.ts';
import type { WarningStore } from './warning-store.ts';
import { throttleRules } from './warnings.ts';

export interface ConflictAlarmDeps {
  readonly clock: Clock;
  readonly warnings: WarningStore;
  /** Who met the conflicts: the other one is unknown. */
  readonly host: string;
  readonly onTrouble: (what: string, error: unknown) => void;
}

const kind = 'another-poller';
const conflictsMin = 3;
const withinMs = 60_000;

export class ConflictAlarm {
  private readonly parts: ConflictAlarmDeps;
  private times: number[] = [];
  private quietUntilMs = Number.NEGATIVE_INFINITY;
  private isRaising = false;

  constructor(parts: ConflictAlarmDeps) {
    this.parts = parts;
  }

  /** A poll ended because another request took its place. */
  conflict(): void {
    const nowMs = this.parts.clock.monotonicMs();
    this.times = [...this.times, nowMs].filter((ms) => nowMs - ms <= withinMs).slice(-conflictsMin);
    const isDue = this.times.length === conflictsMin && nowMs >= this.quietUntilMs;
    if (isDue && !this.isRaising) void this.raise(nowMs);
  }

  private async raise(nowMs: number): Promise<void> {
    const { warnings, host, onTrouble } = this.parts;
    this.isRaising = true;
    try {
      await warnings.raise({ kind, key: '', params: { host } });
      this.quietUntilMs = nowMs + throttleRules[kind].quietMs;
    } catch (error) {
      onTrouble('raise a notice', error);
    } finally {
      this.isRaising = false;
    }
  }
}

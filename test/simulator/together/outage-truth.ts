/**
 * Checks the monitor against the workers: an outage opens only while nobody polls, it opens in time, it ends once somebody
 * polls again, and a restart helps when nothing else does. Knows only which polls succeeded and what the scripts answered.
 */
import type { Report } from '../checkers.ts';
import type { RanScript } from '../monitor/store-line.ts';

interface Limits {
  readonly staleMs: number;
  readonly autoRestartMs: number;
}

/** Two runs of the monitor, of which one may fail, and a poll that Telegram holds. */
const noticedWithinMs = 150_000;
/** A new worker waits for its predecessor's lock. */
const startsWithinMs = 60_000;
/** A heartbeat goes with the renewal after a poll. */
const beatsWithinMs = 20_000;

export class OutageTruth {
  outages = 0;
  restarts = 0;
  private readonly limits: Limits;
  private readonly nowMs: () => number;
  private readonly report: Report;
  private polledMs = 0;
  private openSinceMs: number | undefined;
  private restartsOfOutage = 0;
  /** A run claimed the restart and lost the answer: no later run can know whether it restarted anything. */
  private restartIsGivenUp = false;

  constructor(limits: Limits, { nowMs, report }: { nowMs: () => number; report: Report }) {
    this.limits = limits;
    this.nowMs = nowMs;
    this.report = report;
  }

  /** The outage has had its one restart, or may have had it: workers that hang now need a person. */
  get needsPerson(): boolean {
    return this.openSinceMs !== undefined && (this.restartsOfOutage > 0 || this.restartIsGivenUp);
  }

  polled(): void {
    const silentMs = this.nowMs() - this.polledMs;
    const { staleMs, autoRestartMs } = this.limits;
    if (silentMs > staleMs + noticedWithinMs && this.openSinceMs === undefined)
      this.report(`nobody polled for ${silentMs} ms, and no outage was opened`);
    if (
      silentMs > staleMs + autoRestartMs + 2 * noticedWithinMs + startsWithinMs &&
      this.restartsOfOutage === 0 &&
      !this.restartIsGivenUp
    )
      this.report(`nobody polled for ${silentMs} ms, and the workers were not restarted`);
    this.polledMs = this.nowMs();
  }

  ran({ script, args, reply }: RanScript): void {
    const nowMs = this.nowMs();
    if (script === 'settle-delivery-2' && args[0]?.includes('|RESTART|') && args[2] === 'dead')
      this.restartIsGivenUp = true;
    if (script === 'open-outage-5' && reply === 1 && this.openSinceMs === undefined) {
      this.openSinceMs = nowMs;
      this.restartsOfOutage = 0;
      this.restartIsGivenUp = false;
      this.outages += 1;
      if (nowMs - this.polledMs < this.limits.staleMs - beatsWithinMs)
        this.report(`an outage was opened ${nowMs - this.polledMs} ms after a poll`);
    }
    if (script === 'recover-outage-5' && reply === 1) this.openSinceMs = undefined;
  }

  restarted(): void {
    this.restarts += 1;
    this.restartsOfOutage += 1;
    if (this.openSinceMs === undefined) this.report('the workers were restarted without an outage');
    if (this.restartsOfOutage > 1)
      this.report(`one outage restarted the workers ${this.restartsOfOutage} times`);
  }

  /** Call when no fault has been on for long enough: even workers that hung have been restarted. */
  finish(): void {
    const silentMs = this.nowMs() - this.polledMs;
    if (silentMs > beatsWithinMs) this.report(`nobody has polled for ${silentMs} ms in the end`);
    if (this.openSinceMs !== undefined) this.report('the outage did not end, though the workers poll');
  }
}

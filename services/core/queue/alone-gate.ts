/**
 * Lets the last attempt at an update run alone in its process: if the process ends, no other update loses an attempt.
 *
 * While one waits to be alone, nothing else begins. It waits no longer than ten seconds for what runs, and stays alone
 * no longer than that: one handler that never ends must not hold up every chat.
 */
import type { Clock } from '../platform/clock.ts';
import { ConditionWaits } from '../updates/condition-waits.ts';

export const aloneMaxMs = 10_000;

export class AloneGate {
  private readonly clock: Clock;
  private readonly waits: ConditionWaits;
  private running = 0;
  private closed: PromiseWithResolvers<void> | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
    this.waits = new ConditionWaits(clock);
  }

  get runningCount(): number {
    return this.running;
  }

  /** Undefined if an ordinary attempt may begin; otherwise a promise of it. */
  untilOpen(): Promise<void> | undefined {
    return this.closed?.promise;
  }

  /** Resolves when nothing else runs, or the wait is over. Call the result when the handler has ended; safe to repeat. */
  async enter(signal: AbortSignal): Promise<() => void> {
    while (this.closed !== undefined) await this.closed.promise;
    const gate = Promise.withResolvers<void>();
    this.closed = gate;
    const open = (): void => {
      if (this.closed === gate) this.closed = undefined;
      gate.resolve();
      ended.abort('ended');
    };
    const ended = new AbortController();
    await this.waits.until(() => this.running === 0, { timeoutMs: aloneMaxMs, signal });
    void this.clock.sleep(aloneMaxMs, ended.signal).then(open);
    return open;
  }

  begun(): void {
    this.running += 1;
  }

  ended(): void {
    this.running -= 1;
    this.waits.check();
  }
}

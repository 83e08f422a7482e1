/**
 * Checks what each recipient reads against the truth:
 * - No hour has more than six messages about outages.
 * - The last one is true, as soon as the channels work: an outage that lasts is known as one, a bot that works as one
 *   that works, and in between it is known to be unstable. Only an hour that is full may delay that.
 * - Nothing is claimed while alerts are snoozed. After someone is on it, there is no reminder.
 *
 * It follows the scripts' answers and the arrivals, and shares no code with what it checks.
 */
import type { Report } from './outage-checker.ts';
import type { RanScript } from './store-line.ts';

export interface Arrival {
  readonly field: string;
  readonly event: string;
  readonly to: string;
  readonly atMs: number;
}

const hourMs = 3_600_000;
const perHourMax = 6;
/** A message may be held back so that a later one has room; then this many were made within about an hour. */
const fullFrom = 4;
const fullWithinMs = 75 * 60_000;
/** From here on an outage is down for good, and a bot stable again; with time for two runs and the longest back-off. */
const steadyMs = (15 + 12) * 60_000;

export class MessageChecker {
  private readonly nowMs: () => number;
  private readonly report: Report;
  private readonly arrivals: Arrival[] = [];
  /** When messages to everyone were made. */
  private readonly made: number[] = [];
  private snoozedUntilMs = 0;
  private acknowledged: string | undefined;
  private outage = { id: '', isOpen: false, isTold: false, isAfterTold: false, changedMs: 0 };
  private isUnstable = false;

  constructor({ nowMs, report }: { nowMs: () => number; report: Report }) {
    this.nowMs = nowMs;
    this.report = report;
  }

  ran({ by, script, args, reply }: RanScript): void {
    const nowMs = this.nowMs();
    if (script === 'open-outage-5' && reply === 1) this.opened(args[1] ?? '', args[7] ?? '');
    if (script === 'recover-outage-5' && reply === 1 && this.outage.isOpen) {
      if (this.outage.isTold) this.made.push(nowMs);
      this.outage = { ...this.outage, isOpen: false, changedMs: nowMs };
      this.acknowledged = undefined;
    }
    if (script === 'extend-outage-2' && typeof reply === 'number' && reply >= 0) this.extended(by, args);
    if (script === 'end-unstable-2' && reply === 1) {
      this.made.push(nowMs);
      this.isUnstable = false;
    }
    if (script === 'snooze-alerts-2') this.snoozedUntilMs = Number(reply);
    if (script === 'acknowledge-outage-2' && Array.isArray(reply)) this.acknowledged = this.outage.id;
    if (script === 'claim-delivery-3' && Array.isArray(reply) && nowMs < this.snoozedUntilMs)
      this.report(`${by} claimed ${String(reply[0])} although alerts are snoozed`);
  }

  private opened(id: string, event: string): void {
    if (this.outage.id === id) return;
    const isAfterTold = event === '' && this.outage.isTold;
    this.outage = { id, isOpen: true, isTold: event === 'down', isAfterTold, changedMs: this.nowMs() };
    this.acknowledged = undefined;
    if (event === 'unstable') this.isUnstable = true;
    if (event !== '') this.made.push(this.nowMs());
  }

  private extended(by: string, [id, counter, , event]: readonly string[]): void {
    if (event === 'restart') return;
    this.made.push(this.nowMs());
    if (event === 'down') this.outage = { ...this.outage, isTold: true };
    if (counter === 'reminder' && id === this.acknowledged)
      this.report(`${by} reminds of ${id}, which someone is on`);
  }

  arrived(arrival: Arrival): void {
    if (arrival.event === 'notice') return;
    // A repeat is marked as one, and is no message more.
    if (this.arrivals.some(({ field }) => field === arrival.field)) return;
    this.arrivals.push(arrival);
    const { to, atMs } = arrival;
    const lately = this.arrivals.filter((one) => one.to === to && atMs - one.atMs <= hourMs);
    if (lately.length > perHourMax)
      this.report(
        `${to} got ${lately.length} messages within an hour: ${lately.map(({ event }) => event).join(', ')}`,
      );
  }

  /** What is told now is what is told as long as nothing changes. */
  get isFinal(): boolean {
    return this.outage.isOpen ? this.outage.isTold : !this.isUnstable;
  }

  /** What is wrong once the channels have worked for a while. */
  untruths(recipients: readonly string[]): readonly string[] {
    const nowMs = this.nowMs();
    const { isOpen, isTold, isAfterTold, changedMs } = this.outage;
    const isFull = this.made.filter((ms) => nowMs - ms < fullWithinMs).length >= fullFrom;
    const isLasting = nowMs - changedMs > steadyMs;
    const untruths: string[] = [];
    for (const to of recipients) {
      const last = this.arrivals.findLast((one) => one.to === to && one.event !== 'acknowledged')?.event;
      const isKnownDown = last === 'down' || last === 'reminder';
      const isKnownUp = last === 'recovered' || last === 'stable' || last === undefined;
      const saysUnstable = last === 'unstable' || (last === 'recovered' && this.isUnstable);
      // Nobody is told of this outage, and the "down" of the one before is true again.
      if (isOpen && (isTold ? !isKnownDown : !(saysUnstable || (isAfterTold && last === 'down'))))
        untruths.push(`${to} believes ${last} of an open outage`);
      if (!isOpen && !(isKnownUp || saysUnstable))
        untruths.push(`${to} believes ${last} of a bot that works`);
      if (isLasting && !isFull && !this.isFinal)
        untruths.push(`${to} is still told ${last} although nothing has changed for long`);
    }
    return untruths;
  }
}

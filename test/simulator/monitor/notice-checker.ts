/**
 * The notices beside outages against the truth: each kind keeps its rule, everything that happened is told in the
 * end, and nothing is told that did not happen.
 */
import type { DeliveryChecker } from './delivery-checker.ts';
import type { Report } from './outage-checker.ts';
import type { RanScript } from './store-line.ts';

interface Raised {
  readonly id: string;
  readonly kind: string;
  readonly atMs: number;
  readonly key: string;
  readonly count: number;
}

const quietMs: Readonly<Record<string, number>> = {
  'another-poller': 1_800_000,
  'dead-letters': 1_800_000,
  'lock-without-expiry': 1_800_000,
  'lock-broken': 0,
};

export class NoticeChecker {
  readonly raised: Raised[] = [];
  /** What really happened. */
  deadUpdates = 0;
  breaksByHand = 0;
  private readonly nowMs: () => number;
  private readonly report: Report;

  constructor({ nowMs, report }: { nowMs: () => number; report: Report }) {
    this.nowMs = nowMs;
    this.report = report;
  }

  ran({ script, args, reply }: RanScript): void {
    if (script !== 'raise-notice-2' || reply !== 1) return;
    const [kind = '', key = '', , , told = '{}'] = args;
    const atMs = this.nowMs();
    const last = this.raised.findLast((one) => one.kind === kind);
    if (last !== undefined && atMs - last.atMs < (quietMs[kind] ?? 0))
      this.report(`${kind} was raised too soon again`);
    if (last?.key === key && kind !== 'another-poller') this.report(`${kind} was raised twice for ${key}`);
    const { count = 0 } = JSON.parse(told) as { count?: number };
    this.raised.push({ id: `${kind}-${atMs}`, kind, atMs, key, count });
  }

  finish(deliveries: DeliveryChecker, recipients: readonly string[], endlessLockKey: string): void {
    for (const { id } of this.raised) {
      for (const to of recipients) {
        if (!deliveries.has(id, 'notice', to)) this.report(`${to} was never told of ${id}`);
      }
    }
    this.expectCount('dead-letters', this.deadUpdates);
    this.expectCount('lock-broken', this.breaksByHand);
    const keys = this.raised.filter(({ kind }) => kind === 'lock-without-expiry').map(({ key }) => key);
    if (!keys.includes(endlessLockKey)) this.report('nobody was told of the lock without expiry');
  }

  private expectCount(kind: string, truth: number): void {
    const told = this.raised.filter((one) => one.kind === kind).reduce((sum, { count }) => sum + count, 0);
    if (told !== truth) this.report(`${kind}: ${truth} happened, ${told} were told`);
  }
}

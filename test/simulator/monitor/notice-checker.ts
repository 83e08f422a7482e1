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
  breaksByHand = 0;
  private deadUpdates = 0;
  /** Those that were put back before anybody was told of them: nobody needs to be any more. */
  private putBackUntold = 0;
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
    const fresh = idsOf(key).filter((deadId) => !this.isTold(deadId)).length;
    if (kind === 'dead-letters' && key.startsWith('=') && fresh !== count)
      this.report(`${fresh} dead updates were new, and ${count} were told`);
    this.raised.push({ id: `${kind}-${atMs}`, kind, atMs, key, count });
  }

  died(): void {
    this.deadUpdates += 1;
  }

  putBack(deadId: string): void {
    if (!this.isTold(deadId)) this.putBackUntold += 1;
  }

  finish(deliveries: DeliveryChecker, recipients: readonly string[], endlessLockKey: string): void {
    for (const { id } of this.raised) {
      for (const to of recipients) {
        if (!deliveries.has(id, 'notice', to)) this.report(`${to} was never told of ${id}`);
      }
    }
    this.expectCount('dead-letters', [this.deadUpdates - this.putBackUntold, this.deadUpdates]);
    this.expectCount('lock-broken', [this.breaksByHand, this.breaksByHand]);
    const keys = this.raised.filter(({ kind }) => kind === 'lock-without-expiry').map(({ key }) => key);
    if (!keys.includes(endlessLockKey)) this.report('nobody was told of the lock without expiry');
  }

  private isTold(deadId: string): boolean {
    return this.raised.some(({ kind, key }) => kind === 'dead-letters' && idsOf(key).includes(deadId));
  }

  private expectCount(kind: string, [min, max]: readonly [number, number]): void {
    const told = this.raised.filter((one) => one.kind === kind).reduce((sum, { count }) => sum + count, 0);
    if (told < min || told > max) this.report(`${kind}: ${min} to ${max} happened, ${told} were told`);
  }
}

/** The dead updates that a notice's key names. */
function idsOf(key: string): readonly string[] {
  return key.startsWith('=') ? key.slice(1).split(',') : [];
}

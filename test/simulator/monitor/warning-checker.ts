/**
 * Checks warnings against the truth: each kind keeps its throttle rule, everything that happened is reported in the
 * end, and nothing is reported that did not happen.
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
  'handlers-failing': 1_800_000,
  'dead-letters': 1_800_000,
  'lock-without-expiry': 1_800_000,
  'lock-broken': 0,
  'unreachable-recipients': 1_800_000,
};

/** Kinds that may be raised again for the same key. */
const keyless = ['another-poller', 'handlers-failing'];

export class WarningChecker {
  readonly raised: Raised[] = [];
  /** What really happened. */
  breaksByHand = 0;
  private deadLetters = 0;
  /** Dead letters that were put back before they were reported: they need not be reported any more. */
  private putBackUnreported = 0;
  private readonly nowMs: () => number;
  private readonly report: Report;

  constructor({ nowMs, report }: { nowMs: () => number; report: Report }) {
    this.nowMs = nowMs;
    this.report = report;
  }

  ran({ script, args, reply }: RanScript): void {
    if (script !== 'raise-notice-2' || reply !== 1) return;
    const [kind = '', key = '', , , stored = '{}'] = args;
    const atMs = this.nowMs();
    const last = this.raised.findLast((one) => one.kind === kind);
    if (last !== undefined && atMs - last.atMs < (quietMs[kind] ?? 0))
      this.report(`${kind} was raised too soon again`);
    if (last?.key === key && !keyless.includes(kind)) this.report(`${kind} was raised twice for ${key}`);
    const { count = 0 } = JSON.parse(stored) as { count?: number };
    const fresh = idsOf(key).filter((deadId) => !this.isReported(deadId)).length;
    if (kind === 'dead-letters' && key.startsWith('=') && fresh !== count)
      this.report(`${fresh} dead letters were new, and ${count} were reported`);
    this.raised.push({ id: `${kind}-${atMs}`, kind, atMs, key, count });
  }

  gaveUp(): void {
    this.deadLetters += 1;
  }

  putBack(deadId: string): void {
    if (!this.isReported(deadId)) this.putBackUnreported += 1;
  }

  /** What is missing, or told too much, once everything that happened must have been told. */
  missing(
    deliveries: DeliveryChecker,
    recipients: readonly string[],
    endlessLockKey: string,
  ): readonly string[] {
    const undelivered = this.raised.flatMap(({ id }) =>
      recipients.filter((to) => !deliveries.has(id, 'notice', to)).map((to) => `${to} never got ${id}`),
    );
    const keys = this.raised.filter(({ kind }) => kind === 'lock-without-expiry').map(({ key }) => key);
    const isUnreachableTold = this.raised.some(({ kind }) => kind === 'unreachable-recipients');
    return [
      ...undelivered,
      ...this.miscounted('dead-letters', [this.deadLetters - this.putBackUnreported, this.deadLetters]),
      ...this.miscounted('lock-broken', [this.breaksByHand, this.breaksByHand]),
      ...(isUnreachableTold ? [] : ['nobody was told who cannot be reached']),
      ...(keys.includes(endlessLockKey) ? [] : ['the lock without expiry was not reported']),
    ];
  }

  private isReported(deadId: string): boolean {
    return this.raised.some(({ kind, key }) => kind === 'dead-letters' && idsOf(key).includes(deadId));
  }

  private miscounted(kind: string, [min, max]: readonly [number, number]): readonly string[] {
    const reported = this.raised
      .filter((one) => one.kind === kind)
      .reduce((sum, { count }) => sum + count, 0);
    const isRight = reported >= min && reported <= max;
    return isRight ? [] : [`${kind}: ${min} to ${max} happened, ${reported} were reported`];
  }
}

/** The dead letters that a warning's key lists. */
function idsOf(key: string): readonly string[] {
  return key.startsWith('=') ? key.slice(1).split(',') : [];
}

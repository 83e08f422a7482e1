/**
 * Alerts on their way: claimed with a lease, settled with the same token. Each call is one script, safe to repeat.
 *
 * Every call rejects with an error of `core/platform/store-errors.ts`; then nothing is known.
 */
import type { OutageEvent, Recipient } from './recipients.ts';
import type { Warning } from './warnings.ts';

/** Longer than any send with its deadline; short enough that a killed run's message goes out a minute later. */
export const claimMs = 45_000;

/** A delivery that this run, and for `claimMs` no other, may carry out. */
export interface Claim {
  readonly field: string;
  readonly token: string;
  /** A notice's own id, where it belongs to no outage. */
  readonly outageId: string;
  readonly event: OutageEvent;
  /** The reminder's number; else 0. */
  readonly number: number;
  readonly recipient: Recipient;
  /** 1 for the first. */
  readonly attempt: number;
  readonly madeMs: number;
  /** An earlier attempt may have arrived. */
  readonly possibleRepeat: boolean;
  readonly sinceMs: number;
  readonly recoveredMs: number | null;
  readonly nowMs: number;
  /** Only with the event `notice`. */
  readonly warning: Pick<Warning, 'kind' | 'params'> | undefined;
}

export type DeliveryOutcome =
  | { readonly kind: 'sent' }
  | {
      readonly kind: 'retry';
      /** Not again before; 0: the next run. */
      readonly delayMs: number;
      /** The attempt may have arrived all the same. */
      readonly mayHaveArrived: boolean;
      readonly why: string;
    }
  /** Given up for this outage. */
  | { readonly kind: 'dead'; readonly why: string };

export interface DeliveryStore {
  claim(runId: string, token: string): Promise<Claim | undefined>;
  /** False when the claim ended before: another run may have sent it too. */
  settle(claim: Claim, outcome: DeliveryOutcome): Promise<boolean>;
}

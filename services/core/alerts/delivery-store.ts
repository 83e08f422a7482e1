/**
 * The alerts to deliver: a run claims one with a lease and settles it with the same token. Each call is one script,
 * safe to repeat.
 *
 * Every call rejects with an error of `core/platform/store-errors.ts`; then nothing is known.
 */
import type { DeliveryEvent, Recipient } from './recipients.ts';
import type { Warning } from './warnings.ts';

/** Longer than the deadline of any send; short enough that a killed run's message goes out within a minute. */
export const claimMs = 45_000;

/** A delivery that this run may carry out, and no other run for `claimMs`. */
export interface Claim {
  readonly field: string;
  readonly token: string;
  /** Of a warning, which belongs to no outage, its own id. */
  readonly outageId: string;
  readonly event: DeliveryEvent;
  /** The number of a reminder; else 0. */
  readonly number: number;
  readonly recipient: Recipient;
  /** 1 for the first. */
  readonly attempt: number;
  readonly madeMs: number;
  /** An earlier attempt may have delivered it. */
  readonly possibleRepeat: boolean;
  readonly sinceMs: number;
  readonly recoveredMs: number | null;
  readonly nowMs: number;
  /** Who is on it, if anyone. */
  readonly acknowledgedBy: string | null;
  /** The unstable time that goes on, or for its end the one that has ended. */
  readonly unstable: UnstableFacts | null;
  /** Set for the event `notice` only: a warning. */
  readonly warning: Pick<Warning, 'kind' | 'params'> | undefined;
}

export interface UnstableFacts {
  readonly sinceMs: number;
  readonly outages: number;
}

export type DeliveryOutcome =
  | { readonly kind: 'sent' }
  | {
      readonly kind: 'retry';
      /** The earliest next attempt; 0: the next run. */
      readonly delayMs: number;
      /** The attempt may have delivered the message all the same. */
      readonly mayHaveArrived: boolean;
      readonly why: string;
    }
  /** Given up, for this outage. `unreachable`: the person can get no message at all. */
  | { readonly kind: 'dead'; readonly why: string; readonly unreachable?: boolean };

export interface DeliveryStore {
  /** Undefined: nothing is due. A run claims each delivery at most once. */
  claim(runId: string, token: string): Promise<Claim | undefined>;
  /** False if the claim had ended: another run may have sent the message too. */
  settle(claim: Claim, outcome: DeliveryOutcome): Promise<boolean>;
}

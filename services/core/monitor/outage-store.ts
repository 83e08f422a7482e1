/**
 * The store as the monitor sees it. Each call is one script: atomic, and safe to repeat.
 *
 * Every call rejects with an error of `core/store-errors.ts`; then nothing is known.
 */

import type { DeliveryStore } from '../alerts/delivery-store.ts';
import type { Recipient } from '../alerts/recipients.ts';
import type { DeadLettersSeen } from '../alerts/unreported-dead-letters.ts';
import type { LockBreaks } from '../alerts/warning-detector.ts';
import type { ReportedWarnings, Warning, WarningKind } from '../alerts/warnings.ts';
import type { HeartbeatReading } from '../lease/heartbeat.ts';
import type { Held } from '../lease/lock-store.ts';
import type { OutageMemory } from '../outage/outage.ts';

/** One look at everything, by the store's clock. */
export interface BotObservation {
  readonly nowMs: number;
  readonly heartbeat: HeartbeatReading;
  readonly held: Held | undefined;
  /** The lock value that ops has revoked. */
  readonly revoked: string | null;
  readonly epoch: number | null;
  readonly memory: OutageMemory;
  readonly unfinishedDeliveries: number;
  readonly oldestUnfinishedMs: number | null;
  /** The last notice of each kind. */
  readonly reported: ReportedWarnings;
  /** Only in a monitor's look; else none and undefined. */
  readonly deadLetters: DeadLettersSeen;
  readonly lockBreaks: LockBreaks | undefined;
}

interface NewOutage {
  readonly id: string;
  readonly sinceMs: number;
  readonly recipients: readonly Recipient[];
  readonly why: string;
}

/** `conflict`: the heartbeat that was judged is not there any more; look again. */
export type ChangeResult = 'done' | 'conflict';

export interface OutageStore extends DeliveryStore {
  /** `noteRun`: the look is a monitor's, and counts as its first run if there was none. */
  observe(options: { readonly noteRun: boolean }): Promise<BotObservation>;
  markHeartbeat(expected: HeartbeatReading, malformed: boolean): Promise<ChangeResult>;
  open(expected: HeartbeatReading, outage: NewOutage): Promise<ChangeResult | 'open already'>;
  recover(
    expected: HeartbeatReading,
    outage: { readonly id: string; readonly why: string },
  ): Promise<ChangeResult>;
  /** False when that reminder was made before, or the outage is over. */
  remind(outageId: string, number: number): Promise<boolean>;
  planRestart(outageId: string): Promise<boolean>;
  /** False when the rule of its kind forbids it. */
  raise(notice: Warning, recipients: readonly Recipient[]): Promise<boolean>;
  /** Remembers another key as told; false when `expectedKey` is not the one any more. */
  markReported(change: {
    readonly of: WarningKind;
    readonly expectedKey: string;
    readonly key: string;
  }): Promise<boolean>;
}

/**
 * The store as the monitor sees it. Each call is one script: atomic, and safe to repeat.
 *
 * Every call rejects with an error of `core/store-errors.ts`; then nothing is known.
 */
import type { HeartbeatReading } from '../heartbeat/heartbeat.ts';
import type { DeadUpdatesSeen } from '../notifications/dead-letters.ts';
import type { LockBreaks } from '../notifications/notice-detector.ts';
import type { NewNotice, NoticeKind, ToldNotices } from '../notifications/notices.ts';
import type { Held } from '../polling-lock/lock-store.ts';
import type { OutageEvent, OutageMemory, Recipient } from './outage.ts';

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
  readonly told: ToldNotices;
  /** Only in a monitor's look; else none and undefined. */
  readonly deadUpdates: DeadUpdatesSeen;
  readonly lockBreaks: LockBreaks | undefined;
}

interface NewOutage {
  readonly id: string;
  readonly sinceMs: number;
  readonly recipients: readonly Recipient[];
  readonly why: string;
}

/** `changed`: the heartbeat that was judged is not there any more; look again. */
export type ChangeResult = 'done' | 'changed';

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
  readonly notice: Pick<NewNotice, 'kind' | 'params'> | undefined;
}

export type DeliveryOutcome =
  | { readonly kind: 'sent' }
  | {
      readonly kind: 'later';
      /** Not again before; 0: the next run. */
      readonly delayMs: number;
      /** The attempt may have arrived all the same. */
      readonly mayHaveArrived: boolean;
      readonly why: string;
    }
  /** Given up for this outage. */
  | { readonly kind: 'dead'; readonly why: string };

export interface OutageStore {
  /** `noteRun`: the look is a monitor's, and counts as its first run if there was none. */
  observe(options: { readonly noteRun: boolean }): Promise<BotObservation>;
  markHeartbeat(judged: HeartbeatReading, malformed: boolean): Promise<ChangeResult>;
  open(judged: HeartbeatReading, outage: NewOutage): Promise<ChangeResult | 'open already'>;
  recover(
    judged: HeartbeatReading,
    outage: { readonly id: string; readonly why: string },
  ): Promise<ChangeResult>;
  /** False when that reminder was made before, or the outage is over. */
  remind(outageId: string, number: number): Promise<boolean>;
  planRestart(outageId: string): Promise<boolean>;
  /** False when the rule of its kind forbids it. */
  raise(notice: NewNotice, recipients: readonly Recipient[]): Promise<boolean>;
  /** Remembers another key as told; false when `judgedKey` is not the one any more. */
  noteTold(change: {
    readonly of: NoticeKind;
    readonly judgedKey: string;
    readonly key: string;
  }): Promise<boolean>;
  claim(runId: string, token: string): Promise<Claim | undefined>;
  /** False when the claim ended before: another run may have sent it too. */
  settle(claim: Claim, outcome: DeliveryOutcome): Promise<boolean>;
}

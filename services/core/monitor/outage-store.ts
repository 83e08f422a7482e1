/**
 * The store as the monitor sees it. Each call is one script: atomic, and safe to repeat.
 *
 * Every call rejects with an error of `core/platform/store-errors.ts`; then nothing is known.
 */

import type { DeliveryStore } from '../alerts/delivery-store.ts';
import type { Recipient } from '../alerts/recipients.ts';
import type { DeadLettersSeen } from '../alerts/unreported-dead-letters.ts';
import type { ManualActions, PersonsDoings } from '../alerts/warning-detector.ts';
import type { ReportedWarnings, Warning, WarningKind } from '../alerts/warnings.ts';
import type { HeartbeatReading } from '../lease/heartbeat.ts';
import type { Held } from '../lease/lock-store.ts';
import type { OutageMemory } from '../outage/outage.ts';
import type { Opening } from '../outage/outage-detector.ts';
import type { QueueTrouble, QueueTroubleMark } from '../outage/queue-trouble.ts';
import type { Reason } from '../platform/audit-trail.ts';
import type { HandlersReport } from '../updates/handlers-report.ts';

/** Everything at one moment, by the store's clock. */
export interface BotObservation {
  readonly nowMs: number;
  readonly heartbeat: HeartbeatReading;
  readonly held: Held | undefined;
  /** The lock value that was revoked. */
  readonly revoked: string | null;
  readonly epoch: number | null;
  readonly memory: OutageMemory;
  /** Of this term or an earlier one; undefined if none says that its handlers fail. */
  readonly handlers: HandlersReport | undefined;
  /** As the monitor's last run in queue mode left it; undefined: no trouble. */
  readonly queueTrouble: QueueTroubleMark | undefined;
  readonly unfinishedDeliveries: number;
  readonly oldestUnfinishedMs: number | null;
  /** Null: alerts are not snoozed. */
  readonly snooze: Snooze | null;
  /** Superadmins whom the last message in Telegram could not reach. */
  readonly unreachable: readonly string[];
  /** The last warning of each kind. */
  readonly reported: ReportedWarnings;
  /** Filled only if the run is noted; else none. */
  readonly deadLetters: DeadLettersSeen;
  /** Filled only if the run is noted; undefined: none. */
  readonly lockBreaks: PersonsDoings | undefined;
  /** Filled only if the run is noted; undefined: none. */
  readonly manualActions: ManualActions | undefined;
}

/** While it runs, the monitor tells nothing; outages are recorded all the same. */
export interface Snooze {
  readonly untilMs: number;
  readonly who: string;
  readonly why: string;
}

interface NewOutage {
  readonly id: string;
  /** The latest outage that was judged; null: there was none. */
  readonly afterId: string | null;
  readonly sinceMs: number;
  readonly opening: Opening;
  /** For the unstable time, if one begins. */
  readonly unstableId: string;
  readonly recipients: readonly Recipient[];
  readonly why: string;
}

/** `conflict`: the heartbeat is no longer the expected one; observe again. */
export type ChangeResult = 'done' | 'conflict';

/** What people and their tools need of it. */
export interface OutageControl {
  observe(options: { readonly noteRun: false }): Promise<BotObservation>;
  /** Undefined: the outage, or the unstable time, is over. */
  acknowledge(
    id: string,
    reason: Reason,
  ): Promise<{ readonly by: string; readonly isNew: boolean } | undefined>;
  /** Answers until when; 0 ends the snooze, and null is the answer. `requestId` is fresh for each request. */
  snooze(requestId: string, forMs: number, reason: Reason): Promise<number | null>;
}

export interface OutageStore extends OutageControl, DeliveryStore {
  /** `noteRun`: a run of the monitor observes, and counts as its first run if there was none. */
  observe(options: { readonly noteRun: boolean }): Promise<BotObservation>;
  /** Remembers since when handlers have been absent or behind; undefined: they are not. */
  markQueue(trouble: QueueTrouble | undefined): Promise<void>;
  markHeartbeat(expected: HeartbeatReading, malformed: boolean): Promise<ChangeResult>;
  open(expected: HeartbeatReading, outage: NewOutage): Promise<ChangeResult>;
  recover(
    expected: HeartbeatReading,
    outage: { readonly id: string; readonly why: string },
  ): Promise<ChangeResult>;
  /** False if this reminder was made before or the outage is over. */
  remind(outageId: string, number: number): Promise<boolean>;
  /** False if it was told before or is over. */
  tellDown(outageId: string, recipients: readonly Recipient[]): Promise<boolean>;
  /** Tells everyone who knows of the outage, except the one who is on it. */
  tellAcknowledged(outageId: string, except: string | undefined): Promise<boolean>;
  endUnstable(unstableId: string): Promise<boolean>;
  /** The recipient can be reached after all. */
  markReachable(telegramId: string): Promise<void>;
  planRestart(outageId: string): Promise<boolean>;
  /** False if its throttle rule forbids it. */
  raise(warning: Warning, recipients: readonly Recipient[]): Promise<boolean>;
  /** Replaces the reported key; false if it is no longer `expectedKey`. */
  markReported(change: {
    readonly of: WarningKind;
    readonly expectedKey: string;
    readonly key: string;
  }): Promise<boolean>;
}

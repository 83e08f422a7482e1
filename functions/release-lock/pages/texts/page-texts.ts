/** The words of the pages: what each language provides. */
import type { RecoverStep, ReleaseLockResult } from '../../../../services/core/ops/results.ts';
import type { AuditReason } from './audit-reasons.ts';

export interface PageTexts {
  readonly isUp: string;
  readonly ago: (duration: string, moment: string) => string;
  readonly since: (duration: string, moment: string) => string;
  readonly unknown: string;
  readonly none: string;
  readonly oneTime: string;
  /** Above a page that is shown again instead of an action. */
  readonly changed: string;
  readonly repair: {
    readonly title: string;
    readonly button: string;
    readonly whatHappens: string;
    readonly askHolder: (holder: string) => string;
    readonly breakLock: (holder: string) => string;
    readonly lockIsFree: string;
    readonly quarantine: string;
    readonly restart: string;
    readonly noEcs: string;
    readonly nothingLost: (pending: number | null) => string;
  };
  readonly acknowledge: {
    readonly title: string;
    readonly button: string;
    readonly consequence: (who: string) => string;
    readonly taken: (who: string) => string;
    readonly done: string;
    readonly doneMore: string;
  };
  readonly drop: {
    readonly title: string;
    readonly consequence: (pending: number, hasQueue: boolean) => string;
    readonly webhook: string;
    readonly type: (pending: number) => string;
    readonly hint: (pending: number) => string;
    readonly button: (pending: number) => string;
    readonly empty: string;
    readonly countUnknown: string;
  };
  readonly result: {
    readonly running: string;
    readonly runningMore: string;
    /** While the page is being sent. Safari paints nothing before 200 characters. */
    readonly runningLive: string;
    readonly interrupted: string;
    readonly interruptedMore: string;
    readonly back: string;
    readonly waiting: string;
    readonly waitingMore: string;
    readonly stillDown: string;
    readonly stillDownMore: string;
    readonly failed: string;
    readonly retry: string;
    readonly dropped: (count: number) => string;
    readonly webhookRemoved: string;
    readonly purged: (count: number) => string;
    readonly stillSilent: string;
    readonly steps: Readonly<Record<RecoverStep['step'], string>>;
    readonly modes: Readonly<Record<ReleaseLockResult['mode'], string>>;
    readonly outcomes: Readonly<Record<'skipped' | 'not tried', string>>;
    readonly deployment: string;
    readonly beat: (age: string) => string;
    /** By the error's code; for other codes the page shows the message alone. */
    readonly errors: Readonly<Record<string, string>>;
  };
  readonly over: { readonly up: string; readonly older: string; readonly olderMore: string };
  readonly unavailable: { readonly title: string; readonly more: string };
  readonly status: {
    readonly title: string;
    readonly polls: string;
    readonly nobody: string;
    readonly quarantine: string;
    readonly lock: string;
    readonly expires: (duration: string) => string;
    readonly withoutExpiry: string;
    readonly revoked: string;
    readonly heartbeat: string;
    readonly queue: string;
    readonly telegram: Readonly<Record<'unreachable' | 'token-rejected', string>>;
    readonly webhook: string;
    readonly isSet: string;
    readonly tasks: (running: number, desired: number) => string;
    readonly deploying: string;
    readonly outage: string;
    readonly told: string;
    readonly handlersFailing: string;
    readonly alerts: string;
    readonly queueMode: {
      readonly title: string;
      readonly depth: (visible: number, inFlight: number, dead: number) => string;
      readonly consumers: string;
      readonly none: string;
      readonly consumer: (age: string, isLate: boolean, lag: string) => string;
    };
    readonly noOutage: string;
    readonly timeline: string;
    readonly noEvents: string;
    readonly inbox: string;
    readonly noInbox: string;
    readonly refresh: string;
  };
  readonly audit: {
    readonly events: Readonly<Record<string, string>>;
    readonly monitor: string;
    readonly linkOf: (recipient: string) => string;
    readonly reasons: Readonly<Record<AuditReason, string>>;
    readonly noHeartbeat: (duration: string, cause: string) => string;
    readonly taskStopped: (reason: string) => string;
    readonly oneTapLink: string;
  };
}

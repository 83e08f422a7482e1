/**
 * The words of a diagnosis: what each language provides. `diagnosis-text.ts` puts them together.
 *
 * Tested by: test/core/alerts/diagnosis-text.test.ts
 */
import type { Cause } from '../../outage/diagnosis.ts';

/** Why the bot is silent, and the one next step. */
export interface CauseText {
  readonly why: string;
  readonly next: string;
}

export interface DiagnosisTexts {
  readonly labels: {
    readonly cause: string;
    readonly error: string;
    readonly lockHolder: string;
    readonly lastPolledBy: string;
    readonly waitingUpdates: string;
    readonly webhook: string;
    readonly unreachable: string;
    readonly next: string;
  };
  readonly tasks: (running: number, desired: number) => string;
  readonly lastTaskStopped: (reason: string) => string;
  readonly causes: Readonly<Record<Cause, CauseText>>;
}

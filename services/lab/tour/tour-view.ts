/** The names of the guided tour's steps, and what is shown of them. */
import type { Figure, Text } from '../shared/text.ts';

export const tourStepIds = ['hello', 'deploy', 'crash', 'hung', 'rogue', 'wiped'] as const;
export type TourStepId = (typeof tourStepIds)[number];

/** The constant facts of a step. */
export interface TourStepFacts {
  readonly id: TourStepId;
  readonly title: Text;
  readonly promise: Text;
  /** What the same takes in production, where no time is shortened. */
  readonly inEarnest: Text;
}

export interface TourStepView {
  readonly id: TourStepId;
  readonly state: 'waiting' | 'running' | 'kept' | 'broken';
  /** What it waits for now. */
  readonly now: Text | null;
  readonly figures: readonly Figure[];
  readonly why: Text | null;
}

export interface TourView {
  readonly running: boolean;
  /** The steps are over, and the original times are being deployed again. */
  readonly restoring: boolean;
  readonly steps: readonly TourStepView[];
}

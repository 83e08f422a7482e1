/** The names of the drills, and what is shown of them. A drill breaks something for real and watches the outcome. */
import type { Figure, Text } from '../shared/text.ts';

export const drillIds = [
  'kill',
  'freeze',
  'resume',
  'stop',
  'add',
  'rogue',
  'cut',
  'wipe',
  'telegram-429',
  'telegram-502',
  'telegram-hang',
  'stop-monitor',
  'poison',
  'failing-handlers',
  'other-bot',
  // In queue mode alone.
  'kill-consumer',
  'freeze-consumer',
  'queue-away',
] as const;
export type DrillId = (typeof drillIds)[number];

/** The constant facts of a drill. */
export interface DrillFacts {
  readonly id: DrillId;
  readonly title: Text;
  /** What it breaks. */
  readonly does: Text;
  /** What the system promises to do about it. */
  readonly promise: Text;
  readonly target: 'worker' | 'consumer' | 'none';
  /** The fault lasts until it is fixed or its own time limit ends. */
  readonly holds: boolean;
}

/** `unseen`: fixed before the promised behaviour could be seen; nothing else broke. */
export type DrillState = 'idle' | 'running' | 'kept' | 'broken' | 'unseen';

/** The latest run of a drill. */
export interface DrillView {
  readonly id: DrillId;
  readonly state: DrillState;
  /** The worker or the consumer that it is about. */
  readonly worker: string | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** What it waits for now. */
  readonly now: Text | null;
  readonly figures: readonly Figure[];
  /** Why the promise counts as broken. */
  readonly why: Text | null;
}

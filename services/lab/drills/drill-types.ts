/** The names of the drills, and what is told of them. A drill breaks something for real and watches what comes of it. */
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
] as const;
export type DrillId = (typeof drillIds)[number];

/** What never changes of a drill. */
export interface DrillFacts {
  readonly id: DrillId;
  readonly title: Text;
  /** What it breaks. */
  readonly does: Text;
  /** What the system promises to do about it. */
  readonly promise: Text;
  readonly target: 'worker' | 'none';
  /** It lasts until it is mended, or until its own time limit. */
  readonly holds: boolean;
}

/** `unseen`: mended before what is promised could be seen, and nothing else was broken by it. */
export type DrillState = 'idle' | 'running' | 'kept' | 'broken' | 'unseen';

/** How the last run of a drill goes, or went. */
export interface DrillView {
  readonly id: DrillId;
  readonly state: DrillState;
  readonly worker: string | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** What it waits for at present. */
  readonly now: Text | null;
  readonly figures: readonly Figure[];
  /** Why the promise counts as broken. */
  readonly why: Text | null;
}

import type { SimulatedProcess } from './process.ts';

/** A place for one worker; ECS keeps it occupied. */
export interface Slot {
  process: SimulatedProcess;
  stop: AbortController;
  /** The exit code; never of a process that crashed. */
  ended: Promise<number>;
  starts: number;
}

/** A worker that somebody starts on the same store, in no slot. */
export type Intruder = 'another bot' | 'another environment';

/** The parts of the simulator, and what their threads are handed and answer. */
import { run as runMonitor } from './monitor/scenario.ts';
import { run as runQueue } from './queue/scenario.ts';
import { run as runWorkers } from './scenario.ts';
import { run as runTogether } from './together/scenario.ts';

export const parts = ['workers', 'monitor', 'together', 'queue'] as const;
export type Part = (typeof parts)[number];

type Run = (options: { seed: number; trace?: (line: string) => void }) => Promise<{
  readonly violations: readonly string[];
}>;

export const runs: Readonly<Record<Part, Run>> = {
  workers: runWorkers,
  monitor: runMonitor,
  together: runTogether,
  queue: runQueue,
};

export interface BlockOfSeeds {
  readonly part: Part;
  readonly firstSeed: number;
  readonly count: number;
}

export interface BlockResult {
  readonly part: Part;
  readonly count: number;
  readonly failed: { readonly seed: number; readonly violations: readonly string[] } | undefined;
  /** The time of a processor core that the block took. */
  readonly coreMs: number;
}

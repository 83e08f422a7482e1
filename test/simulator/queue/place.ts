import type { Slot } from '../slot.ts';

/** A place for one process of either side; ECS keeps it occupied. */
export type Place = Pick<Slot, 'process' | 'stop' | 'starts'>;

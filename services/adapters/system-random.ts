/** The machine's random numbers. */
import { randomBytes } from 'node:crypto';
import type { Random } from '../core/platform/random.ts';

export const systemRandom: Random = {
  unit: () => Math.random(),
  token: () => randomBytes(16).toString('hex'),
};

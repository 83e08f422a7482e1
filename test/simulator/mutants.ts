import { deliveryMutants } from './delivery-mutants.ts';
import { leaseMutants } from './lease-mutants.ts';
import type { Mutant } from './mutant.ts';
import { stopMutants } from './stop-mutants.ts';
import { suspectMutants } from './suspect-mutants.ts';

export const mutants: readonly Mutant[] = [
  ...deliveryMutants,
  ...suspectMutants,
  ...stopMutants,
  ...leaseMutants,
];

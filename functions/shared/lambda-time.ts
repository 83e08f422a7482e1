/** How much time an invocation has left: what Lambda says, but no more than the function allows itself. */
import type { Clock } from '../../services/core/platform/clock.ts';

/** The part of Lambda's context that the functions use. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

export function remainingTime(
  clock: Clock,
  limitMs: number,
  context: Partial<LambdaContext> | undefined,
): () => number {
  const startMs = clock.monotonicMs();
  return () => {
    const ownMs = limitMs - (clock.monotonicMs() - startMs);
    return Math.min(ownMs, context?.getRemainingTimeInMillis?.() ?? ownMs);
  };
}

/**
 * Stops the program at a bug of its own: something that cannot be true is.
 *
 * Use it for invariants of this program only. Foreign values (Telegram, the store, settings) are checked and answered
 * with a typed error instead.
 * Tested by: test/core/updates/update-ledger.test.ts
 */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new Error(`bug: ${invariant} does not hold`);
}

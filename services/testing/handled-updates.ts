/**
 * Which updates have been handled to their end, and with what: the test waits for that instead of sleeping.
 *
 * Tested by: test/testing/test-bot.test.ts
 */
import type { HandleUpdate } from '../core/updates/update.ts';

type Outcome = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly error: unknown };

export class HandledUpdates {
  private readonly ended = new Map<number, PromiseWithResolvers<Outcome>>();

  /** The same handler, of which each end is noted. */
  watched(handle: HandleUpdate): HandleUpdate {
    return async (update, context) => {
      try {
        await handle(update, context);
        this.of(update.update_id).resolve({ kind: 'done' });
      } catch (error) {
        this.of(update.update_id).resolve({ kind: 'failed', error });
        throw error;
      }
    };
  }

  /** Resolves when its handler has ended. */
  end(updateId: number): Promise<Outcome> {
    return this.of(updateId).promise;
  }

  private of(updateId: number): PromiseWithResolvers<Outcome> {
    const known = this.ended.get(updateId);
    if (known !== undefined) return known;
    const end = Promise.withResolvers<Outcome>();
    this.ended.set(updateId, end);
    return end;
  }
}

/** The faults that are in place now, for display. Code that sets or clears a fault records it here. */
export class ActiveFaults {
  /** What Telegram does instead of answering polls. */
  telegram: string | null = null;
  store: string | null = null;
  /** What the updates queue does instead of its work. */
  queue: string | null = null;
  /** The names of the workers that the store refuses. */
  readonly cutWorkers = new Set<string>();
  roguePolling = false;
}

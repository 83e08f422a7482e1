/** Which faults are in place at present, for showing: whoever puts one in place says so here. */
export class ActiveFaults {
  /** What Telegram does instead of answering polls. */
  telegram: string | null = null;
  store: string | null = null;
  /** By name: those that the store refuses. */
  readonly cutWorkers = new Set<string>();
  roguePolling = false;
}

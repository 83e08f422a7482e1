/**
 * What allows this process to act on an update: the term that it leads, or the receipt of a queued message.
 *
 * Ask `mayAct` right before each act. A signal alone is not enough: after a pause of the process (SIGSTOP) code runs
 * before any timer does.
 */
export interface Permit {
  /** Reads the clocks when it is asked. Once false, it stays false. */
  mayAct(): boolean;
  /** Aborts once it is noticed that this process may no longer act. Cuts calls short; `mayAct` decides. */
  readonly overSignal: AbortSignal;
}

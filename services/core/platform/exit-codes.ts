/** The processes' exit codes, after BSD's sysexits. Only `main.ts` files exit. */
export const exitCodes = {
  cleanStop: 0,
  /** The store, or the updates queue. */
  storeUnreachable: 69,
  bug: 70,
  lockHeldByAnother: 75,
  tokenRejected: 77,
  configuration: 78,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
